/**
 * What others may program against, and what they may not: every package of this project bears one
 * of the two marks, and a type that differs from its package bears the other.
 */
@NullMarked
@PublicApi
package org.lepcnn.core.api;

import org.jspecify.annotations.NullMarked;
