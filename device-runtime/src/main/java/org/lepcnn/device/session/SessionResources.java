/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.session;

import java.util.concurrent.ExecutorService;
import org.lepcnn.device.claim.SendGate;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;

/** What a session has of its own, and closes when it ends. */
record SessionResources(
    DeviceModel model,
    PassSupply supply,
    PassTables tables,
    SendGate gate,
    ExecutorService worker) {}
