package ai.scailabs.vault.secrets.mount;

import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransaction;
import java.util.Optional;

/** Where secrets of our own lie, soft-deleted ones included: what is to be mounted there would hide them. */
public final class StoredPaths {
    private StoredPaths() {}

    /**
     * The first path that begins so, and goes on.
     *
     * @param prefix ends with a slash, or is empty
     * @param deep whether slashes may follow
     */
    public static Optional<SecretPath> below(TenantTransaction tx, String prefix, boolean deep) {
        String end = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + '0';
        return tx.queryOne(
                """
                select path from secret
                where tenant_id = ? and path >= ? and (? = '' or path < ?) and (? or strpos(substr(path, ? + 1), '/') = 0)
                order by path limit 1
                """,
                (results, index) -> new SecretPath(results.getString(1)),
                tx.tenant().value(),
                prefix,
                end,
                end,
                deep,
                prefix.length());
    }

    public static boolean isTaken(TenantTransaction tx, SecretPath path) {
        return tx.queryOne(
                        "select 1 from secret where tenant_id = ? and path = ?",
                        (results, index) -> 1,
                        tx.tenant().value(),
                        path.value())
                .isPresent();
    }
}
