package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md tells of the house that stands: {@link ArchitectureTest} holds its rules, this, its names. */
class ArchitecturePageTest {
    private static final String PAGE = RepositoryFiles.read("ARCHITECTURE.md");
    private static final Pattern CLASS = Pattern.compile("`((?:[a-z0-9]+/)*[A-Z][A-Za-z]*[a-z][A-Za-z]*)`");
    private static final Pattern ROW =
            Pattern.compile("^\\| (\\d) \\| `vault-([a-z]+)` \\| ([^|]+) \\|", Pattern.MULTILINE);
    private static final Pattern OURS = Pattern.compile(
            "<artifactId>vault-([a-z]+)</artifactId>\\s*(<type>test-jar</type>\\s*)?(<scope>test</scope>)?");

    /** Layer of each module, from the bottom up. */
    private final Map<String, Integer> layers = new TreeMap<>();

    @Test
    void whatAModuleMayUse_isWhatItIsBuiltUpon() throws Exception {
        List<MatchResult> rows = ROW.matcher(PAGE).results().toList();
        rows.forEach(row -> layers.put(row.group(2), Integer.valueOf(row.group(1))));
        Map<String, TreeSet<String>> told = new TreeMap<>();
        Map<String, TreeSet<String>> built = new TreeMap<>();
        for (MatchResult row : rows) {
            told.put(row.group(2), told(row));
            built.put(row.group(2), built(row.group(2)));
        }
        assertThat(told).hasSizeGreaterThan(10).isEqualTo(built);
    }

    @Test
    void classesThatItNames_areWhereItSays() throws Exception {
        List<String> sources;
        try (Stream<Path> modules = Files.list(RepositoryFiles.root())) {
            sources = modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(ArchitecturePageTest::sources)
                    .toList();
        }
        List<String> named =
                CLASS.matcher(PAGE).results().map(found -> found.group(1)).toList();
        assertThat(named).hasSizeGreaterThan(100);
        assertThat(named.stream()
                        .filter(name -> sources.stream().noneMatch(source -> source.endsWith("/" + name + ".java"))))
                .isEmpty();
    }

    private static Stream<String> sources(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> file.toString().replace(File.separatorChar, '/')).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TreeSet<String> told(MatchResult row) {
        String said = row.group(3);
        TreeSet<String> modules = new TreeSet<>();
        if (said.startsWith("all")) {
            below(Integer.parseInt(row.group(1)), modules);
            modules.removeAll(List.of(said.replace("all but ", "").split(", ")));
        } else if (!said.equals("nothing")) {
            modules.addAll(List.of(said.split(", ")));
            if (modules.remove("layers 0 and 1")) {
                below(2, modules);
            }
        }
        return modules;
    }

    private void below(int layer, TreeSet<String> modules) {
        layers.forEach((module, at) -> {
            if (at < layer) {
                modules.add(module);
            }
        });
    }

    private static TreeSet<String> built(String module) throws Exception {
        String dependencies = RepositoryFiles.read("vault-" + module + "/pom.xml")
                .replaceFirst("(?s).*?<dependencies>", "")
                .replaceFirst("(?s)</dependencies>.*", "");
        TreeSet<String> modules = new TreeSet<>();
        OURS.matcher(dependencies)
                .results()
                .filter(found -> found.group(3) == null)
                .forEach(found -> modules.add(found.group(1)));
        return modules;
    }
}
