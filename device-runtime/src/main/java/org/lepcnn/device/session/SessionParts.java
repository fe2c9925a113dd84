/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.concurrent.Executor;
import org.lepcnn.core.port.EdgeTransport;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;

/**
 * What the passes of a session share.
 *
 * @param challenges null when the integrity check is off
 * @param unsafeResultObserver null when nobody looks
 */
record SessionParts(
    DeviceModel model,
    PassSupply supply,
    PassTables tables,
    EdgeTransport transport,
    EdgeGate gate,
    Pacer pacer,
    ChallengeCache challenges,
    IntArrayPool pool,
    PassWorkspace.Pool workspaces,
    Executor worker,
    RoundObserver observer,
    UnsafeResultObserver unsafeResultObserver) {}
