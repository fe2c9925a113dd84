/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.state;

import org.lepcnn.core.model.Fingerprint;
import org.lepcnn.core.port.ChainId;
import org.lepcnn.device.key.CipherSuite;

/**
 * What a device's state of one chain is, without its secrets.
 *
 * @param suite the chain's ciphers
 * @param nextPass the first pass that was never reserved
 * @param integrityFailures checks that failed since provisioning or the last reset
 * @param formatVersion of its file
 */
public record StateDescription(
    String device,
    ChainId chain,
    Fingerprint model,
    CipherSuite suite,
    String modelName,
    long nextPass,
    long integrityFailures,
    int formatVersion) {}
