/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.util.Arrays;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs test classes; ends with 0 when all of them passed and every class ran at least one test. A
 * test that hangs on a changed line fails.
 */
final class RunTests {
  public static void main(String[] classes) {
    boolean passed = Arrays.stream(classes).allMatch(RunTests::passes);
    System.exit(passed ? 0 : 1);
  }

  private static boolean passes(String name) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(name))
            .configurationParameter("junit.jupiter.execution.timeout.default", "180 s")
            .configurationParameter(
                "junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    listener.getSummary().printFailuresTo(new PrintWriter(System.out, true));
    return listener.getSummary().getTotalFailureCount() == 0
        && listener.getSummary().getTestsSucceededCount() > 0;
  }
}
