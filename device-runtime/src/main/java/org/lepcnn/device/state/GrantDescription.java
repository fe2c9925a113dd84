/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;

/** What a grant is, without its secrets. */
public record GrantDescription(
    String device, ChainId chain, Fingerprint model, CipherSuite suite, String modelName) {}
