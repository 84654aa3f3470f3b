package ai.scailabs.vault.credentials.connector.postgresql;

import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Who owns what accounts leave behind: for each root login a role of that server that may do nothing and that nobody logs in as. Were it the root login, a function or view that an account has left
 * would have its rights from then on, and be called by the next account.
 *
 * @param role the account's number
 * @param owner of what is left; empty where nothing is
 */
record Leftovers(long role, String owner) {
    /** The root login's number follows. A role that another root login made cannot be used by this one. */
    static final String PREFIX = "scaivault_leftovers_";

    private static final String OWNED = """
            select 1 from pg_catalog.pg_shdepend
            where refclassid = 'pg_catalog.pg_authid'::regclass and refobjid = ?::oid and deptype = 'o' limit 1
            """;

    private static final String POWERLESS = """
            select 1 from pg_catalog.pg_roles
            where oid = ?::oid and not (rolsuper or rolcanlogin or rolcreaterole or rolbypassrls)
            """;

    private static final String SCHEMAS = """
            with account (id) as (values (?::oid))
            select n.nspname from account, pg_catalog.pg_namespace n
            where exists (select 1 from pg_catalog.pg_class c where c.relnamespace = n.oid and c.relowner = account.id)
                or exists (select 1 from pg_catalog.pg_proc p where p.pronamespace = n.oid and p.proowner = account.id)
                or exists (select 1 from pg_catalog.pg_type t where t.typnamespace = n.oid and t.typowner = account.id)
            """;

    /** Makes the owner where there is something to own; one of that name that may do more is not taken. */
    static Leftovers of(Catalog catalog, long role) throws SQLException {
        if (catalog.list(OWNED, role).isEmpty()) {
            return new Leftovers(role, "");
        }
        String owner = PREFIX + catalog.own().role();
        if (!isThere(catalog, owner)) {
            catalog.execute("create role " + owner + " nologin noinherit");
        }
        catalog.join(owner);
        return new Leftovers(role, owner);
    }

    private static boolean isThere(Catalog catalog, String owner) throws SQLException {
        OptionalLong found = catalog.find(owner);
        return found.isPresent() && !catalog.list(POWERLESS, found.getAsLong()).isEmpty();
    }

    /** In the database of this connection; what the account may do there ends, too. */
    void takeOver(Catalog catalog, String account) throws SQLException {
        String name = catalog.identifier(account);
        if (!owner.isEmpty()) {
            // Only a superuser may make somebody an owner where he could not have made it himself.
            List<String> schemas = catalog.own().superuser() ? List.of() : catalog.list(SCHEMAS, role);
            for (String schema : schemas) {
                catalog.execute("grant create on schema " + catalog.identifier(schema) + " to " + owner);
            }
            catalog.execute("reassign owned by " + name + " to " + owner);
            for (String schema : schemas) {
                catalog.execute("revoke create on schema " + catalog.identifier(schema) + " from " + owner);
            }
        }
        catalog.execute("drop owned by " + name);
    }
}
