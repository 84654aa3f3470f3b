package ai.scailabs.vault.audit.trail;

import ai.scailabs.vault.persistence.jdbc.DatabaseRole;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * Reads from the catalogue whether both locks are on every table to which only is added: no login of the service may change or remove rows, in whatever way it came by the
 * right, and triggers refuse it to everybody.
 */
public final class AppendOnlyTables {
    private static final List<String> TABLES = List.of(
            "audit_log", "audit_leaves", "audit_node", "audit_checkpoint", "audit_cosignature", "audit_archive");

    /** As the migration wrote it, but for white space: a function that refuses nothing could bear the name. */
    private static final String REFUSAL =
            "begin raise exception 'table % is append-only: % is refused for everybody', tg_table_name,"
                    + " lower(tg_op) using errcode = 'insufficient_privilege'; end";

    private static final String MISSING = """
            select 'table ' || name || ' is not there' from unnest(?::text[]) as t (name) where to_regclass('public.' || name) is null
            """;

    /** Those that the program names, what bears the lock besides, and all their partitions. */
    private static final String MEMBERS = """
            with recursive member (oid) as (
                select to_regclass('public.' || name)::oid from unnest(?::text[]) as t (name)
                union
                select tgrelid from pg_trigger where tgname = 'append_only' and not tgisinternal
                union
                select i.inhrelid from member m join pg_inherits i on i.inhparent = m.oid
            ),
            locked as (
                select c.oid, c.relname, c.relowner, n.nspowner
                from member m join pg_class c on c.oid = m.oid join pg_namespace n on n.oid = c.relnamespace
            )
            """;

    /** What the role could become by SET ROLE counts as its own: the program never does so, but SQL that somebody slipped in would. */
    private static final String RIGHTS = MEMBERS + """
            , login as (
                select oid, rolname, rolsuper from pg_roles where rolname = current_user or rolname = any (?::text[])
            ),
            guise as (
                select l.rolname as login, l.oid as member, r.oid, case when r.oid = l.oid then '' else ' as ' || r.rolname end as how
                from login l join pg_roles r on pg_has_role(l.oid, r.oid, 'MEMBER')
                where not l.rolsuper
            )
            select 'role ' || rolname || ' is a superuser, whom no lock on the audit log binds' from login where rolsuper
            union all
            select 'role ' || g.login || ' may ' || string_agg(lower(privilege), ', ' order by privilege) || ' table ' || relname || g.how
                || ', which is append-only'
            from guise g cross join locked t cross join (values ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('TRIGGER')) as p (privilege)
            where not pg_has_role(g.member, relowner, 'MEMBER') and case privilege
                when 'UPDATE' then has_any_column_privilege(g.oid, t.oid, privilege)
                else has_table_privilege(g.oid, t.oid, privilege)
            end
            group by g.login, g.how, t.relname
            union all
            select 'role ' || rolname || ' owns table ' || relname || ', which is append-only'
            from login cross join locked where not rolsuper and pg_has_role(login.oid, relowner, 'MEMBER')
            union all
            select 'role ' || rolname || ' owns the schema of table ' || relname || ', which is append-only'
            from login cross join locked where not rolsuper and pg_has_role(login.oid, nspowner, 'MEMBER')
            union all
            select 'role ' || rolname || ' owns function append_only_refusal'
            from login cross join pg_proc p
            where p.oid = to_regprocedure('public.append_only_refusal()') and not rolsuper and pg_has_role(login.oid, p.proowner, 'MEMBER')
            order by 1
            """;

    /** 58: before a statement that updates, deletes or truncates. */
    private static final String TRIGGERS = MEMBERS + """
            select 'table ' || relname || ' lacks the trigger append_only, enabled always'
            from locked t
            where not exists (
                select from pg_trigger g
                where g.tgrelid = t.oid and g.tgname = 'append_only' and g.tgfoid = to_regprocedure('public.append_only_refusal()')
                and g.tgenabled = 'A' and g.tgtype = 58 and g.tgqual is null and g.tgattr = ''::int2vector)
            union all
            select 'function append_only_refusal does not refuse any more'
            from pg_proc
            where oid = to_regprocedure('public.append_only_refusal()') and btrim(regexp_replace(prosrc, '\\s+', ' ', 'g')) <> ?
            union all
            select 'table ' || relname || ' has the trigger ' || g.tgname || ', which may keep rows out'
            from locked t join pg_trigger g on g.tgrelid = t.oid
            where not g.tgisinternal and g.tgtype & 6 = 6
            union all
            select 'table ' || relname || ' has the rule ' || r.rulename || ', which may do something else than add'
            from locked t join pg_rewrite r on r.ev_class = t.oid
            order by 1
            """;

    private AppendOnlyTables() {}

    /**
     * What is open, in words for an operator; empty when both locks are on.
     *
     * @param app logs in as requests do
     * @param logins of the service besides
     */
    public static List<String> problems(DataSource app, Collection<String> logins) throws SQLException {
        Set<String> roles = new TreeSet<>(logins);
        for (DatabaseRole role : DatabaseRole.values()) {
            if (role != DatabaseRole.OWNER) {
                roles.add(role.sqlName());
            }
        }
        List<String> problems = new ArrayList<>();
        try (Connection connection = app.getConnection()) {
            Object tables = connection.createArrayOf("text", TABLES.toArray());
            collect(connection, MISSING, problems, tables);
            collect(connection, RIGHTS, problems, tables, connection.createArrayOf("text", roles.toArray()));
            collect(connection, TRIGGERS, problems, tables, REFUSAL);
        }
        return problems;
    }

    private static void collect(Connection connection, String sql, List<String> problems, Object... arguments)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    problems.add(results.getString(1));
                }
            }
        }
    }
}
