/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.core.error;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the methods return must be used: Error Prone knows the annotation by its name. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
@interface CheckReturnValue {}
