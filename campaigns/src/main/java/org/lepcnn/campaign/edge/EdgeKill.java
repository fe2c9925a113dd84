/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.campaign.edge;

/**
 * One kill and what followed.
 *
 * @param victim which process
 * @param killed its process id
 * @param successor the process id after the restart
 * @param killedIsGone whether the operating system knows the killed one no more
 * @param unanswered masked rounds that were sent and unanswered at the instant of the kill
 * @param answeredBefore passes that were answered before it
 * @param downMillis from the kill to the start of the successor
 * @param gapMillis from the kill to the next answered pass
 */
public record EdgeKill(
    Killable victim,
    long killed,
    long successor,
    boolean killedIsGone,
    int unanswered,
    int answeredBefore,
    long downMillis,
    long gapMillis) {
  /** What a kill must be to count: another process after it, and work lost by it. */
  boolean counts() {
    return killedIsGone && killed != successor && unanswered > 0;
  }

  /** What can be killed. */
  public enum Killable {
    TASK_MANAGER,
    JOB_MANAGER,
    BROKER
  }
}
