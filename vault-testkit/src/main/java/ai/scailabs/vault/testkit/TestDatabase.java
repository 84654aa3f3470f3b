package ai.scailabs.vault.testkit;

/**
 * A database of its own for one test class, owned by {@code scaivault_owner}.
 *
 * @param owner migrates; owns the schema
 * @param app serves requests; the role that row-level security must hold against
 * @param worker runs jobs across tenants
 * @param superuser for looking behind the curtain, never for the code under test
 */
public record TestDatabase(
        String name, DatabaseLogin owner, DatabaseLogin app, DatabaseLogin worker, DatabaseLogin superuser) {

    static TestDatabase on(int port, String name) {
        return new TestDatabase(
                name,
                new DatabaseLogin(port, name, "scaivault_owner", TestPostgres.PASSWORD),
                new DatabaseLogin(port, name, "scaivault_app", TestPostgres.PASSWORD),
                new DatabaseLogin(port, name, "scaivault_worker", TestPostgres.PASSWORD),
                new DatabaseLogin(port, name, "postgres", TestPostgres.PASSWORD));
    }
}
