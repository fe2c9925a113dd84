/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

/**
 * From a picture to a name: decoding, resizing, a model's input, and the names of its answers.
 *
 * <p>A picture is red, green and blue samples of eight bits, in a {@link
 * java.awt.image.BufferedImage} of type {@code TYPE_INT_RGB}. {@link
 * org.lepcnn.core.model.Preprocessing} and {@link org.lepcnn.core.model.Naming} say what is done.
 */
@Internal
package org.lepcnn.gateway.picture;

import org.lepcnn.core.api.Internal;
