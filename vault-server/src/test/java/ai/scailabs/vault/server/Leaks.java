package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;

/** What no answer may show. */
final class Leaks {
    /**
     * Class names, stack frames, SQL and the database's own messages; whole words, for a request id may spell "JDBC" in
     * its midst. {@code database.postgresql} is a kind of engine that callers name themselves.
     */
    private static final Pattern INTERNALS = Pattern.compile(
            "\\b(?:java|javax|jakarta|sun|org|com|ai|tools|io)\\.[a-z0-9_]+\\.[A-Za-z]|Exception\\b|\\bat [a-z]+\\.|\\.java:\\d|"
                    + "(?i)\\bselect .* from\\b|\\b(?:sqlstate|(?<!database\\.)postgres|jdbc|hikari|jackson|tomcat)");

    private Leaks() {}

    /** @param context for the failure's message */
    static void assertNone(String context, String text, String... canaries) {
        for (String canary : canaries) {
            assertThat(text).as(context).doesNotContain(canary);
        }
        assertThat(INTERNALS.matcher(text).find()).as(context + ": " + text).isFalse();
    }
}
