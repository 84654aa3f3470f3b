package ai.scailabs.vault.access.issuer;

import static ai.scailabs.vault.access.AccessDatabase.ACME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.AccessDatabase;
import ai.scailabs.vault.access.identity.Workload;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.persistence.tenant.SealedKeyRows;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A key of an issuer that is made while the key that seals it gives way to the next. */
class OvertakenSigningKeyTest {
    private static final UUID RETIRED = new UUID(1, 1);
    private static final UUID ACTIVE = new UUID(2, 2);

    @Test
    void keyThatARotationOvertakes_isMadeAnew() {
        try (AccessDatabase database = new AccessDatabase()) {
            database.execute(
                    "insert into partner_key (partner_id, key_id, generation, state, root_key_ids, wrapped_key, created_at)"
                            + " values ('ptn_a', '" + new UUID(3, 3) + "', 1, 'active', '{r}', '\\x00', now())");
            for (String key : List.of("'" + RETIRED + "', 1, 'retired'", "'" + ACTIVE + "', 2, 'active'")) {
                database.execute(
                        "insert into tenant_key (tenant_id, key_id, generation, state, partner_id, partner_key_id, wrapped_key, created_at)"
                                + " values ('tnt_acme', " + key + ", 'ptn_a', '" + new UUID(3, 3)
                                + "', '\\x00', now())");
            }
            RecordSeal seal = new RecordSeal();
            TenantIssuer issuer = new TenantIssuer(
                    database.transactions,
                    seal,
                    new IssuerNames(URI.create("https://vault.example.test")),
                    "scaivault",
                    Duration.ofDays(30),
                    database.clock,
                    new Ids(database.clock, new SecureRandom()),
                    new SecureRandom());

            issuer.mint(new TokenGrant(
                    ACME,
                    new PartnerId("ptn_a"),
                    new IdentityId("sa:app"),
                    Set.of("secrets:read"),
                    new Workload("trust_1", 1, "https://issuer.example.test", "workload", List.of()),
                    database.clock.instant().plusSeconds(600)));

            assertThat(seal.sealed).hasValue(2);
            assertThat(new SealedKeyRows(database.transactions, "token_signing_key").counts(ACME))
                    .containsOnlyKeys(ACTIVE)
                    .containsValue(1L);
        }
    }

    /** Names the retired key at first, as an instance does that has not heard of the next; in the form of a sealed record. */
    private static final class RecordSeal implements KeySeal {
        private static final int HEAD = 90;

        private final TestSeal inner = new TestSeal();
        private final AtomicInteger sealed = new AtomicInteger();

        @Override
        public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
            UUID by = sealed.incrementAndGet() == 1 ? RETIRED : ACTIVE;
            byte[] content = inner.seal(tenant, partner, keyId, privateKey);
            return ByteBuffer.allocate(HEAD + content.length)
                    .put((byte) 3)
                    .put((byte) 1)
                    .putLong(by.getMostSignificantBits())
                    .putLong(by.getLeastSignificantBits())
                    .put(HEAD, content)
                    .array();
        }

        @Override
        public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] record) {
            return inner.open(tenant, partner, keyId, Arrays.copyOfRange(record, HEAD, record.length));
        }
    }
}
