/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */
package org.lepcnn.device.pass;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lepcnn.device.arithmetic.Lift;
import org.lepcnn.device.stage.DeviceModel;
import org.lepcnn.device.supply.PassSupply;
import org.lepcnn.device.supply.PassTables;

/**
 * What the arithmetic of rounds works with: the model, the keys, the tables, and the buffers that
 * passes share. Made by the session, for the runtime's own rooms.
 */
public final class RoundContext {
  private final DeviceModel model;
  private final List<Lift> lifts;
  private final PassSupply supply;
  private final PassTables tables;
  private final boolean checked;
  private final ChallengeCache challenges;
  private final IntArrayPool pool;
  private final PassWorkspace.Pool workspaces;
  private final @Nullable UnsafeResultObserver unsafeResultObserver;

  /**
   * @param checked whether results of the edge are checked; tables always are
   * @param passesInFlight passes that run at the same time
   * @param unsafeResultObserver null when nobody looks
   */
  public RoundContext(
      DeviceModel model,
      PassSupply supply,
      PassTables tables,
      boolean checked,
      int passesInFlight,
      @Nullable UnsafeResultObserver unsafeResultObserver) {
    this(
        model,
        supply,
        tables,
        checked,
        new IntArrayPool(2 * passesInFlight),
        new PassWorkspace.Pool(),
        unsafeResultObserver);
  }

  RoundContext(
      DeviceModel model,
      PassSupply supply,
      PassTables tables,
      boolean checked,
      IntArrayPool pool,
      PassWorkspace.Pool workspaces,
      @Nullable UnsafeResultObserver unsafeResultObserver) {
    this.model = model;
    this.lifts = Lift.ofLayers(model.half());
    this.supply = supply;
    this.tables = tables;
    this.checked = checked;
    this.challenges = new ChallengeCache(supply, tables);
    this.pool = pool;
    this.workspaces = workspaces;
    this.unsafeResultObserver = unsafeResultObserver;
  }

  /** The same model and buffers with other passes and tables, for nobody to look at. */
  RoundContext with(PassSupply otherSupply, PassTables otherTables) {
    return new RoundContext(model, otherSupply, otherTables, checked, pool, workspaces, null);
  }

  DeviceModel model() {
    return model;
  }

  /** How results of a layer are unmasked. */
  Lift lift(int layer) {
    return lifts.get(layer);
  }

  PassSupply supply() {
    return supply;
  }

  PassTables tables() {
    return tables;
  }

  /** Whether results of the edge are checked. Tables always are. */
  boolean checked() {
    return checked;
  }

  ChallengeCache challenges() {
    return challenges;
  }

  IntArrayPool pool() {
    return pool;
  }

  PassWorkspace.Pool workspaces() {
    return workspaces;
  }

  /** Null when nobody looks. */
  @Nullable UnsafeResultObserver unsafeResultObserver() {
    return unsafeResultObserver;
  }
}
