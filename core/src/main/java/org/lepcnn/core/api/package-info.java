/**
 * What others may program against, and what they may not: every package of this project bears one
 * of the two marks, and a type that differs from its package bears the other.
 */
@PublicApi
package org.lepcnn.core.api;
