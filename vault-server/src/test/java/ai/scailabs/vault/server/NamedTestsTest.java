package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A promise in a document that names a test is as good as the test is there. */
class NamedTestsTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");
    private static final Pattern METHOD = Pattern.compile("\\b(?:void|Stream<\\w+>|ArchRule)\\s+(\\w+)\\s*[(=]");

    @ParameterizedTest
    @ValueSource(strings = {"SECURITY.md", "docs/security/advisories.md"})
    void everyTestThatIsNamed_exists(String document) throws IOException {
        Map<String, Set<String>> tests = tests();
        Set<String> missing = new TreeSet<>();
        Set<String> found = new LinkedHashSet<>();
        Matcher named = NAMED.matcher(RepositoryFiles.read(document));
        while (named.find()) {
            Set<String> methods = tests.get(named.group(1));
            boolean there = methods != null && (named.group(2) == null || methods.contains(named.group(2)));
            (there ? found : missing).add(named.group());
        }
        assertThat(missing).isEmpty();
        assertThat(found).hasSizeGreaterThan(40);
    }

    /** Each row says what holds it here, or why there is nothing to hold. */
    @Test
    void everyAdvisory_hasATestOrAReason() throws IOException {
        List<String> rows = RepositoryFiles.read("docs/security/advisories.md")
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Class") && !line.startsWith("|--"))
                .toList();
        assertThat(rows).hasSizeGreaterThan(50);
        for (String row : rows) {
            String[] cells = row.split("(?<!\\\\)\\|");
            assertThat(cells.length).as(row).isEqualTo(5);
            for (int i = 1; i < cells.length; i++) {
                assertThat(cells[i]).as(row).isNotBlank();
            }
            boolean absent = cells[4].contains("nothing of the kind") || cells[4].contains("with the feature");
            assertThat(absent || NAMED.matcher(cells[4]).find()).as(row).isTrue();
        }
    }

    private static Map<String, Set<String>> tests() throws IOException {
        Map<String, Set<String>> tests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(RepositoryFiles.root(), 12)) {
            for (Path file : files.filter(each -> each.toString().contains("/src/test/java/")
                            && each.toString().endsWith("Test.java"))
                    .toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                Matcher methods = METHOD.matcher(Files.readString(file));
                while (methods.find()) {
                    tests.computeIfAbsent(name, missing -> new TreeSet<>()).add(methods.group(1));
                }
            }
        }
        return tests;
    }
}
