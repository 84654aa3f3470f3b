package ai.scailabs.vault.credentials.rotation;

import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import java.util.List;

/** Which versions a secret had. */
final class EarlierVersions {
    /** Of AWS there are two keys; whoever writes a secret oftener than this between them has it looked at by a person. */
    private static final int MOST_EARLIER = 20;

    private final TenantTransactions transactions;

    EarlierVersions(TenantTransactions transactions) {
        this.transactions = transactions;
    }

    /** Whether one that was replaced is still read. */
    boolean isOldOneRead(TenantId tenant, SecretPath path) {
        return transactions
                .queryOne(
                        tenant,
                        "select true from secret_version where tenant_id = ? and path = ? and readable_until > clock_timestamp() and destroyed_at is null limit 1",
                        (results, index) -> results.getBoolean(1),
                        tenant.value(),
                        path.value())
                .orElse(false);
    }

    /** Versions before one that can be opened still, newest first, however few of them may be read. */
    List<Integer> before(TenantId tenant, SecretPath path, int version) {
        return transactions.query(
                tenant,
                "select version from secret_version where tenant_id = ? and path = ? and version < ? and destroyed_at is null order by version desc limit ?",
                (results, index) -> results.getInt(1),
                tenant.value(),
                path.value(),
                version,
                MOST_EARLIER);
    }
}
