package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.testkit.RepositoryFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A promise in a document that names a test is as good as the test is there. */
class NamedTestsTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");
    private static final Pattern METHOD = Pattern.compile("\\b(?:void|Stream<\\w+>|ArchRule)\\s+(\\w+)\\s*[(=]");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#([^)]+))?\\)");
    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);

    /** Of controls of frameworks. */
    private static final String COMPLIANCE = "docs/compliance/";

    @ParameterizedTest
    @CsvSource({
        "SECURITY.md, 40",
        "docs/security/advisories.md, 40",
        "docs/compliance/pci-dss.md, 80",
        "docs/compliance/hipaa.md, 40",
        "docs/compliance/nist-sp-800-57.md, 60",
        "docs/compliance/soc2.md, 60",
        "docs/compliance/iso-27001.md, 80"
    })
    void everyTestThatIsNamed_exists(String document, int fewest) throws IOException {
        Map<String, Set<String>> tests = tests();
        Set<String> missing = new TreeSet<>();
        Set<String> found = new LinkedHashSet<>();
        Matcher named = NAMED.matcher(read(document));
        while (named.find()) {
            Set<String> methods = tests.get(named.group(1));
            boolean there = methods != null && (named.group(2) == null || methods.contains(named.group(2)));
            (there ? found : missing).add(named.group());
        }
        assertThat(missing).isEmpty();
        assertThat(found).hasSizeGreaterThanOrEqualTo(fewest);
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

    /** Each control is held by a test and shown by something, or its row says whose it is. */
    @ParameterizedTest
    @ValueSource(strings = {"pci-dss.md", "hipaa.md", "nist-sp-800-57.md", "soc2.md", "iso-27001.md"})
    void everyControl_hasATestAndEvidence_orSaysWhoseItIs(String page) {
        List<String> rows = read(COMPLIANCE + page)
                .lines()
                .dropWhile(line -> !line.startsWith("| Control "))
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Control "))
                .toList();
        assertThat(rows).hasSizeGreaterThan(11);
        for (String row : rows) {
            String[] cells = row.split("(?<!\\\\)\\|");
            assertThat(cells.length).as(row).isEqualTo(5);
            for (int i = 1; i < cells.length; i++) {
                assertThat(cells[i]).as(row).isNotBlank();
            }
            boolean elsewhere = cells[2].contains("**Yours:**") || cells[2].contains("**Not here");
            assertThat(elsewhere || NAMED.matcher(cells[3]).find()).as(row).isTrue();
            assertThat(elsewhere || LINK.matcher(cells[4]).find() || cells[4].contains("`"))
                    .as(row)
                    .isTrue();
        }
    }

    @Test
    void everyLink_leadsSomewhere() throws IOException {
        Set<String> broken = new TreeSet<>();
        int links = 0;
        for (String document : compliancePages()) {
            Matcher link = LINK.matcher(read(document));
            while (link.find()) {
                links++;
                Path target = link.group(1).isEmpty()
                        ? Path.of(document)
                        : Path.of(document).resolveSibling(link.group(1)).normalize();
                boolean there = Files.exists(RepositoryFiles.root().resolve(target));
                if (!there || link.group(2) != null && !headings(target).contains(link.group(2))) {
                    broken.add(document + ": " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(200);
    }

    /** CONTRIBUTING.md: the step that runs them with nothing beside is in this module's build. */
    @Test
    void testsThatRunAlone_areInThisModule() throws IOException {
        Path here = RepositoryFiles.root().resolve("vault-server");
        List<Path> alone = new ArrayList<>();
        for (Path file : testClasses()) {
            if (Files.readString(file).contains("@Tag(\"" + "alone\")")) {
                alone.add(file);
            }
        }
        assertThat(alone).isNotEmpty().allMatch(file -> file.startsWith(here));
    }

    private static List<String> compliancePages() throws IOException {
        try (Stream<Path> pages = Files.list(RepositoryFiles.root().resolve(COMPLIANCE))) {
            return Stream.concat(
                            pages.map(page -> COMPLIANCE + page.getFileName()), Stream.of("docs/guides/evidence.md"))
                    .toList();
        }
    }

    /** As links name them. */
    private static Set<String> headings(Path document) {
        return read(document.toString())
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** What a reader sees. */
    private static String read(String document) {
        return COMMENT.matcher(RepositoryFiles.read(document)).replaceAll("");
    }

    private static Map<String, Set<String>> tests() throws IOException {
        Map<String, Set<String>> tests = new TreeMap<>();
        for (Path file : testClasses()) {
            String name = file.getFileName().toString().replace(".java", "");
            Matcher methods = METHOD.matcher(Files.readString(file));
            while (methods.find()) {
                tests.computeIfAbsent(name, missing -> new TreeSet<>()).add(methods.group(1));
            }
        }
        return tests;
    }

    private static List<Path> testClasses() throws IOException {
        try (Stream<Path> files = Files.walk(RepositoryFiles.root(), 12)) {
            return files.filter(file -> file.toString().contains("/src/test/java/")
                            && file.toString().endsWith("Test.java"))
                    .toList();
        }
    }
}
