package ai.scailabs.vault.secrets.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeySet;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.secrets.ChangeableClock;
import ai.scailabs.vault.secrets.TestRotation;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.tenancy.keyring.StoredKeyrings;
import ai.scailabs.vault.tenancy.rotation.KeyJob;
import ai.scailabs.vault.tenancy.rotation.KeyJobStatus;
import ai.scailabs.vault.tenancy.rotation.KeyJobTrigger;
import ai.scailabs.vault.tenancy.rotation.KeyLevel;
import ai.scailabs.vault.tenancy.rotation.KeySchedule;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartnerAndRootRotationTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path folder;

    private TestVault vault;
    private TestRotation rotation;
    private Actor owner;

    @BeforeEach
    void open() {
        vault = TestVault.open(folder);
        rotation = new TestRotation(vault);
        owner = vault.owner();
        vault.put(owner, "app/db", "{\"n\": 1}");
    }

    @AfterEach
    void close() {
        rotation.close();
        vault.close();
    }

    @Test
    void partner_bringsKeysOfAllItsTenantsAndGenerations_andNoOthersOver() throws Exception {
        Actor sibling = vault.actor(new TenantId("tnt_sibling"), owner.partner(), "user:someone", Set.of());
        vault.grant(sibling, "**", "admin");
        vault.put(sibling, "app/db", "{\"n\": 2}");
        rotation.rotate(owner, KeyLevel.TENANT);
        Actor stranger = vault.owner();
        vault.put(stranger, "app/db", "{\"n\": 3}");
        String ofStranger = keysOf(stranger.tenant());

        KeyJob job = rotation.rotate(owner, KeyLevel.PARTNER);

        assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
        // Two of the tenant, one of the sibling, one of the shared space.
        assertThat(job.succeeded()).isEqualTo(4);
        assertThat(job.failed()).isZero();
        assertThat(vault.text(
                        "select count(distinct partner_key_id) || ' ' || bool_and(p.state = 'active') from tenant_key k"
                                + " join partner_key p on p.partner_id = k.partner_id and p.key_id = k.partner_key_id"
                                + " where k.partner_id = '" + owner.partner() + "'"))
                .isEqualTo("1 true");
        assertThat(vault.text("select count(*) from partner_key where partner_id = '" + owner.partner()
                        + "' and state = 'retired' and emptied_at is not null"))
                .isEqualTo("1");
        assertThat(keysOf(stranger.tenant())).isEqualTo(ofStranger);
        assertThat(vault.get(owner, "app/db")).isEqualTo("{\"n\": 1}");
        assertThat(vault.get(sibling, "app/db")).isEqualTo("{\"n\": 2}");
    }

    @Test
    void keyOfATenantThatDoesNotOpen_isNamed_andTheOthersGoOver() throws Exception {
        Actor sibling = vault.actor(new TenantId("tnt_sibling"), owner.partner(), "user:someone", Set.of());
        vault.grant(sibling, "**", "admin");
        vault.put(sibling, "app/db", "{\"n\": 2}");
        vault.execute("update tenant_key set wrapped_key = set_byte(wrapped_key, 60, 255 - get_byte(wrapped_key, 60))"
                + " where tenant_id = 'tnt_sibling'");

        KeyJob job = rotation.rotate(owner, KeyLevel.PARTNER);

        assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
        assertThat(job.succeeded()).isEqualTo(2);
        assertThat(job.failed()).isEqualTo(1);
        assertThat(job.problem()).contains("tnt_sibling");
        assertThat(vault.get(owner, "app/db")).isEqualTo("{\"n\": 1}");
    }

    @Test
    void anotherRootKey_isReachedInTwoSteps_andTheOldOneOpensNothingMore() throws Exception {
        rotation.rotate(owner, KeyLevel.PARTNER);
        RootKey old = LocalFileRootKey.openOrCreate(folder.resolve("root.key"), RANDOM);
        RootKey next = LocalFileRootKey.openOrCreate(folder.resolve("next.key"), RANDOM);
        RootKey both = new RootKeySet(List.of(old, next), Duration.ofMillis(200));
        RootKey nextAlone = new RootKeySet(List.of(next), Duration.ofMillis(200));

        try (TestRotation withBoth = new TestRotation(vault, both, KeySchedule.OFF, Clock.systemUTC());
                TestRotation withNext = new TestRotation(vault, nextAlone, KeySchedule.OFF, Clock.systemUTC())) {
            KeyJob first = withBoth.request(owner, KeyLevel.ROOT);
            // One that still has, or has already, other settings leaves it alone.
            rotation.worker.run();
            withNext.worker.run();
            assertThat(rotation.look(owner, first).problem()).startsWith("waits for an instance with the root keys");
            first = withBoth.finish(owner, first);
            assertThat(first.status()).isEqualTo(KeyJobStatus.COMPLETED);
            assertThat(first.succeeded()).isEqualTo(2);
            assertThat(rootKeyIds()).isEqualTo(old.id() + " " + next.id());
            assertThat(opens(old) && opens(next)).isTrue();

            KeyJob second = withNext.rotate(owner, KeyLevel.ROOT);
            assertThat(second.status()).isEqualTo(KeyJobStatus.COMPLETED);
            assertThat(rootKeyIds()).isEqualTo(next.id());
            assertThat(opens(next)).isTrue();
            assertThat(opens(old)).isFalse();
        }
    }

    @Test
    void anotherRootKey_isReachedInOneStep_whenTheOldOneIsToBeForgotten() throws Exception {
        rotation.rotate(owner, KeyLevel.PARTNER);
        RootKey old = LocalFileRootKey.openOrCreate(folder.resolve("root.key"), RANDOM);
        RootKey next = LocalFileRootKey.openOrCreate(folder.resolve("next.key"), RANDOM);
        RootKey both = new RootKeySet(List.of(next, old), Duration.ofMillis(200));

        try (TestRotation withBoth = new TestRotation(vault, both, KeySchedule.OFF, Clock.systemUTC())) {
            for (String other : List.of("local:0000000000000000", "", next.id() + " " + old.id())) {
                assertThatThrownBy(() -> withBoth.requestForgetting(owner, other))
                        .isInstanceOfSatisfying(
                                VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR));
            }
            assertThatThrownBy(() -> rotation.requestForgetting(owner, old.id()))
                    .isInstanceOfSatisfying(
                            VaultException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VALIDATION_ERROR));

            KeyJob job = withBoth.finish(owner, withBoth.requestForgetting(owner, old.id()));

            assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
            assertThat(job.failed()).isZero();
            assertThat(rootKeyIds()).isEqualTo(next.id());
            assertThat(opens(next)).isTrue();
            assertThat(opens(old)).isFalse();
        }
    }

    @Test
    void root_endsWhatInstancesRememberOfEveryTenant() throws Exception {
        Actor stranger = vault.owner();
        String before = epochs();

        KeyJob job = rotation.rotate(owner, KeyLevel.ROOT);

        assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
        assertThat(vault.text("select bool_and(t.epoch > b.epoch::bigint) from tenant t" + " join json_each_text('"
                        + before + "') b (tenant_id, epoch) using (tenant_id)"))
                .isEqualTo("t");
        assertThat(before).contains(owner.tenant().value(), stranger.tenant().value());
    }

    @Test
    void partnerKeyThatDoesNotOpen_isNamed_andTheOthersAreWrappedAnew() throws Exception {
        Actor stranger = vault.owner();
        vault.put(stranger, "app/db", "{}");
        vault.execute("update partner_key set wrapped_key = set_byte(wrapped_key, 60, 255 - get_byte(wrapped_key, 60))"
                + " where partner_id = '" + stranger.partner() + "'");

        KeyJob job = rotation.rotate(owner, KeyLevel.ROOT);

        assertThat(job.status()).isEqualTo(KeyJobStatus.COMPLETED);
        assertThat(job.succeeded()).isEqualTo(1);
        assertThat(job.failed()).isEqualTo(1);
        assertThat(job.problem()).contains(stranger.partner().value());
        assertThat(vault.get(owner, "app/db")).isEqualTo("{\"n\": 1}");
    }

    @Test
    void keysThatAreTooOld_giveWay_oneAfterTheOther_andOnlyThey() throws Exception {
        for (int i = 0; i < 3; i++) {
            vault.put(vault.owner(), "app/db", "{}");
        }
        ChangeableClock clock = new ChangeableClock();
        KeySchedule schedule = new KeySchedule(Duration.ofDays(90), null);
        try (TestRotation scheduled = new TestRotation(vault, vault.root, schedule, clock)) {
            scheduled.worker.run();
            assertThat(jobs()).isEqualTo("0");
            clock.advance(Duration.ofDays(91));
            for (int look = 1; look <= 4; look++) {
                scheduled.worker.run();
                assertThat(jobs()).isEqualTo(String.valueOf(look));
            }
            for (int look = 0; look < 50; look++) {
                scheduled.worker.run();
                clock.advance(Duration.ofSeconds(1));
            }
            assertThat(jobs()).isEqualTo("4");
            assertThat(vault.text(
                            "select string_agg(distinct trigger || ' ' || kind || ' ' || status, ',') from key_job"))
                    .isEqualTo("schedule rotate_tenant COMPLETED");
            assertThat(vault.text("select string_agg(extra_data ->> 'event', ' ' order by occurred_at) from audit_log"
                            + " where identity_id = 'system:key-rotation' and tenant_id = '" + owner.tenant() + "'"))
                    .isEqualTo("put_down began ended");
        }
    }

    @Test
    void whatWasLeftBehind_isSweptUp_withoutANewGeneration() throws Exception {
        rotation.rotate(owner, KeyLevel.TENANT);
        // As after a job that did not come to its end.
        vault.execute("update tenant_key set emptied_at = null");
        ChangeableClock clock = new ChangeableClock();
        try (TestRotation later = new TestRotation(vault, vault.root, KeySchedule.OFF, clock)) {
            later.worker.run();
            assertThat(jobs()).isEqualTo("1");
            clock.advance(Duration.ofHours(2));
            later.worker.run();
            assertThat(jobs()).isEqualTo("2");
            KeyJob sweep = later.keys.list(TestRotation.rights(owner), 1, null).getFirst();
            assertThat(later.finish(owner, sweep).trigger()).isEqualTo(KeyJobTrigger.SWEEP);
        }
        assertThat(vault.text("select max(generation) from tenant_key where tenant_id = '" + owner.tenant() + "'"))
                .isEqualTo("2");
        assertThat(vault.text("select count(*) from tenant_key where state = 'retired' and emptied_at is null"))
                .isEqualTo("0");
    }

    private String jobs() {
        return vault.text("select count(*) from key_job");
    }

    private String epochs() {
        return vault.text("select json_object_agg(tenant_id, epoch::text) from tenant");
    }

    private String rootKeyIds() {
        return vault.text("select string_agg(distinct array_to_string(root_key_ids, ' '), ',') from partner_key");
    }

    private String keysOf(TenantId tenant) {
        return vault.text("select md5(string_agg(k::text, '|' order by key_id)) from tenant_key k where tenant_id = '"
                + tenant + "'");
    }

    /** Whether the root key alone opens the tenant's keys. */
    private boolean opens(RootKey root) {
        EnvelopeCipher cipher =
                new EnvelopeCipher(new RootKeySet(List.of(root), Duration.ofMillis(200)), vault.ids, RANDOM);
        PartnerId partner = owner.partner();
        KeyChain chain =
                new StoredKeyrings(vault.tenants, cipher, Clock.systemUTC()).active(owner.tenant(), partner, -1);
        return catchThrowable(() -> cipher.mac(chain, "proof", new byte[0])) == null;
    }
}
