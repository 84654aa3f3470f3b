package ai.scailabs.vault.tenancy.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.tenancy.TenancyDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class KeyJobQueueTest {
    /** Instances may name them in another order. */
    @Test
    void rootKeys_areTheSameInAnyOrder() throws SQLException {
        try (TenancyDatabase database = TenancyDatabase.open();
                Connection worker = database.worker().getConnection()) {
            database.execute("insert into partner (partner_id, created_at) values ('ptn_order', now())");
            database.execute(
                    "insert into partner_key (partner_id, key_id, generation, state, root_key_ids, wrapped_key, created_at)"
                            + " values ('ptn_order', gen_random_uuid(), 1, 'active', '{b,a}', '\\x00', now())");
            assertThat(KeyJobQueue.wrappedByOthers(worker, "a b")).isZero();
            assertThat(KeyJobQueue.wrappedByOthers(worker, "b a")).isZero();
            assertThat(KeyJobQueue.wrappedByOthers(worker, "a")).isOne();
            assertThat(KeyJobQueue.wrappedByOthers(worker, "a b c")).isOne();
        }
    }
}
