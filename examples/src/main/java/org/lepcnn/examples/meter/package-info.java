/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The example: a model that reads the digits of a utility meter, and pictures to read.
 *
 * <p>What a meter shows tells when somebody is at home, which is why a household would not show it
 * to somebody else's computer. {@link org.lepcnn.examples.meter.MeterDigits} is the command line;
 * the committed model and pictures are in {@code examples/meter-digits}.
 */
@Internal
package org.lepcnn.examples.meter;

import org.lepcnn.core.api.Internal;
