/* Copyright the lepcnn authors. SPDX-License-Identifier: Apache-2.0 */

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Compares what survived in PIT's report of a module with the module's list of explanations. A
 * mutant is known by its class, its method, what was changed, and its number among the same changes
 * of that method, in the order of the code: lines may move.
 */
final class Survivors {
  private static final Set<String> DETECTED = Set.of("KILLED", "TIMED_OUT", "MEMORY_ERROR");
  private static final String PREFIX = "org.lepcnn.";

  private record Place(String name, String method, String change) {}

  private record Mutant(
      Place place, String descriptor, int index, String status, int line) {}

  private record Result(int mutants, int explained, List<String> faults) {}

  public static void main(String[] modules) throws Exception {
    boolean failed = false;
    for (String module : modules) {
      Result result = compare(module);
      System.out.printf(
          "%s: %d mutants, %d survive and are explained, %d faults%n",
          module, result.mutants, result.explained, result.faults.size());
      result.faults.forEach(fault -> System.out.println("  " + fault));
      failed |= !result.faults.isEmpty();
    }
    System.exit(failed ? 1 : 0);
  }

  private static Result compare(String module) throws Exception {
    List<Mutant> mutants = mutants(Path.of(module, "target", "pit-reports", "mutations.xml"));
    Map<String, String> explanations = explanations(Path.of("mutants", module + ".txt"));
    Map<String, Mutant> survivors = new LinkedHashMap<>();
    Set<String> classes = new TreeSet<>();
    Map<Place, Integer> seen = new HashMap<>();
    for (Mutant mutant : mutants) {
      classes.add(mutant.place.name);
      int number = seen.merge(mutant.place, 1, Integer::sum);
      if (!DETECTED.contains(mutant.status)) {
        survivors.put(key(mutant.place, number), mutant);
      }
    }
    List<String> faults = new ArrayList<>();
    int explained = 0;
    for (Map.Entry<String, Mutant> survivor : survivors.entrySet()) {
      if (explanations.containsKey(survivor.getKey())) {
        explained++;
      } else {
        faults.add("unexplained: " + survivor.getKey() + " (line " + survivor.getValue().line + ")");
      }
    }
    for (String key : explanations.keySet()) {
      boolean looked = classes.contains(key.substring(0, key.indexOf(" | ")));
      if (looked && !survivors.containsKey(key)) {
        faults.add("explained, but it does not survive: " + key);
      }
    }
    return new Result(mutants.size(), explained, faults);
  }

  private static String key(Place place, int number) {
    return place.name + " | " + place.method + " | " + place.change + " | " + number;
  }

  private static List<Mutant> mutants(Path report) throws Exception {
    NodeList elements =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(report.toFile())
            .getElementsByTagName("mutation");
    return IntStream.range(0, elements.getLength())
        .mapToObj(i -> mutant((Element) elements.item(i)))
        .sorted(Comparator.comparing(Mutant::descriptor).thenComparingInt(Mutant::index))
        .toList();
  }

  private static Mutant mutant(Element element) {
    Place place =
        new Place(
            text(element, "mutatedClass").replace(PREFIX, ""),
            text(element, "mutatedMethod"),
            text(element, "description").replaceAll("org/lepcnn/|java/util/|javax/crypto/", ""));
    return new Mutant(
        place,
        text(element, "methodDescription"),
        Integer.parseInt(text(element, "index")),
        element.getAttribute("status"),
        Integer.parseInt(text(element, "lineNumber")));
  }

  private static String text(Element element, String name) {
    return element.getElementsByTagName(name).item(0).getTextContent();
  }

  /** Lines of class | method | change | numbers | reason; # begins a comment. */
  private static Map<String, String> explanations(Path list) throws IOException {
    Map<String, String> explanations = new TreeMap<>();
    for (String line : Files.readAllLines(list)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.split(" \\| ", 5);
      if (parts.length != 5 || parts[4].isBlank()) {
        throw new IOException(list + ": expected five parts between ' | '; found: " + line);
      }
      Place place = new Place(parts[0], parts[1], parts[2]);
      for (String number : parts[3].split(",")) {
        explanations.put(key(place, Integer.parseInt(number.strip())), parts[4]);
      }
    }
    return explanations;
  }
}
