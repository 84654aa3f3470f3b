package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.kernel.error.VaultException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Templates of SQL. */
public record SqlStatements(
        List<SqlTemplate> creation, List<SqlTemplate> renew, List<SqlTemplate> revocation, List<SqlTemplate> rollback)
        implements Statements {
    private static final int MOST = 32;
    private static final int MOST_BYTES = 8 * 1024;

    public SqlStatements {
        creation = List.copyOf(creation);
        renew = List.copyOf(renew);
        revocation = List.copyOf(revocation);
        rollback = List.copyOf(rollback);
    }

    static SqlStatements parse(
            SqlDialect dialect,
            List<String> creation,
            List<String> renew,
            List<String> revocation,
            List<String> rollback) {
        Set<Placeholder> all = Set.of(Placeholder.NAME, Placeholder.PASSWORD, Placeholder.EXPIRATION);
        List<SqlTemplate> made = parse(dialect, CREATION, creation, all);
        if (!made.isEmpty()) {
            requireUsed(made, Placeholder.NAME);
            requireUsed(made, Placeholder.PASSWORD);
        }
        return new SqlStatements(
                made,
                parse(dialect, RENEW, renew, Set.of(Placeholder.NAME, Placeholder.EXPIRATION)),
                parse(dialect, REVOCATION, revocation, Set.of(Placeholder.NAME)),
                parse(dialect, ROLLBACK, rollback, Set.of(Placeholder.NAME)));
    }

    private static List<SqlTemplate> parse(
            SqlDialect dialect, String kind, List<String> texts, Set<Placeholder> known) {
        List<SqlTemplate> parsed = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String field = kind + "[" + i + "]";
            if (texts.get(i).getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
                throw VaultException.invalidField(field, "must be at most 8 KiB");
            }
            parsed.addAll(new SqlScanner(dialect, field, texts.get(i), known).templates());
            if (parsed.size() > MOST) {
                throw VaultException.invalidField(kind, "must be at most " + MOST + " statements");
            }
        }
        return parsed;
    }

    /** Else somebody is given a login that does not exist. */
    private static void requireUsed(List<SqlTemplate> templates, Placeholder placeholder) {
        if (templates.stream().noneMatch(template -> template.uses(placeholder))) {
            throw VaultException.invalidField(CREATION, "must use " + placeholder.text());
        }
    }
}
