/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.load;

import org.lepcnn.json.Result;

/** What a campaign has shown. */
public interface CampaignReport extends Result {
  /** Whether everything was as it must be. */
  boolean holds();
}
