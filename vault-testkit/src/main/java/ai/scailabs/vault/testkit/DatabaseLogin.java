package ai.scailabs.vault.testkit;

import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** One role's way into one database. PostgreSQL checks the password (SCRAM), so a wrong one is refused. */
public record DatabaseLogin(int port, String database, String user, String password) {

    /** For {@code java.sql} and connection pools, without the user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** As the product's settings take it: {@code postgresql://user:password@host:port/database}. */
    public String url() {
        return "postgresql://" + user + ":" + password + "@127.0.0.1:" + port + "/" + database;
    }

    /** Opens a new connection each time it is asked for one. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(jdbcUrl());
        source.setUser(user);
        source.setPassword(password);
        return source;
    }
}
