package ai.scailabs.vault.secrets.secret;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.audit.trail.AuditEntry;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.persistence.jdbc.ConnectionPools;
import ai.scailabs.vault.persistence.jdbc.DatabaseLogin;
import ai.scailabs.vault.persistence.jdbc.DatabaseRole;
import ai.scailabs.vault.secrets.TestVault;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered is shown only while the database says that it is still so, whoever changed it. */
class RecalledSecretTest {
    private static final SecretPath PATH = new SecretPath("app/db");

    @TempDir
    static Path folder;

    private static TestVault vault;
    private static SecretService elsewhere;
    private static HikariDataSource committer;
    private static AuditTrail trail;

    @BeforeAll
    static void open() {
        vault = TestVault.open(folder);
        elsewhere = vault.anotherInstance();
        committer = ConnectionPools.openAs(
                DatabaseLogin.parse(vault.database.app().url()).orElseThrow(),
                DatabaseRole.AUDIT,
                "recall-test-committer",
                1);
        trail = new AuditTrail(committer);
    }

    @AfterAll
    static void close() {
        trail.close();
        committer.close();
        vault.close();
    }

    @Test
    void secretThatWasNotRead_isNotRecalled() {
        Actor actor = vault.owner();

        assertThat(recalled(actor)).isNull();
    }

    @Test
    void secretThatWasRead_isRecalledAndConfirmed() {
        Actor actor = actorWhoHasRead("{\"k\":\"v\"}");

        assertThat(recalled(actor)).isEqualTo("{\"k\":\"v\"} confirmed");
        assertThat(recalled(actor)).isEqualTo("{\"k\":\"v\"} confirmed");
    }

    @Test
    void secretThatWasWritten_isRecalledAsItIsNow() {
        Actor actor = vault.owner();
        vault.put(actor, PATH.value(), "{\"k\":1}");
        assertThat(recalled(actor)).isEqualTo("{\"k\":1} confirmed");

        vault.put(actor, PATH.value(), "{\"k\":2}");

        assertThat(recalled(actor)).isEqualTo("{\"k\":2} confirmed");
    }

    @Test
    void sameSecretOfAnotherTenant_isNotRecalled() {
        actorWhoHasRead("{\"k\":\"v\"}");
        Actor other = vault.owner();

        assertThat(recalled(other)).isNull();
    }

    @TestFactory
    Stream<DynamicTest> changeByAnyoneElse_isNeverOverlooked() {
        Map<String, Alteration> changes = Map.ofEntries(
                Map.entry("next version", actor -> write(actor, "{\"k\":\"new\"}")),
                Map.entry(
                        "metadata",
                        actor -> elsewhere.patchMetadata(
                                vault.permit(actor, Permission.WRITE, PATH.value()),
                                TestVault.space(actor),
                                PATH,
                                "{\"owner\":\"team:b\"}",
                                Precondition.ANY,
                                entry(actor, AuditAction.METADATA_UPDATE))),
                Map.entry("soft delete", RecalledSecretTest::softDelete),
                Map.entry("soft delete and restore", actor -> {
                    softDelete(actor);
                    elsewhere.restore(
                            vault.permit(actor, Permission.WRITE, PATH.value()),
                            TestVault.space(actor),
                            PATH,
                            entry(actor, AuditAction.RESTORE));
                }),
                Map.entry("destroyed", RecalledSecretTest::destroy),
                Map.entry("destroyed and made anew", actor -> {
                    destroy(actor);
                    write(actor, "{\"k\":\"another\"}");
                }),
                Map.entry(
                        "current version destroyed",
                        actor -> elsewhere.destroyVersion(
                                vault.permit(actor, Permission.DELETE, PATH.value()),
                                TestVault.space(actor),
                                PATH,
                                1,
                                entry(actor, AuditAction.DELETE))),
                Map.entry(
                        "ciphertext altered by hand",
                        actor -> byHand("update secret_version set ciphertext = '\\x00'", actor)),
                Map.entry(
                        "wrapped key altered by hand",
                        actor -> byHand("update secret_version set wrapped_data_key = '\\x00'", actor)),
                Map.entry("version removed by hand", actor -> byHand("delete from secret_version", actor)),
                Map.entry("row altered by hand", actor -> byHand("update secret set expire_action = 'deny'", actor)),
                Map.entry("tenant suspended", actor -> byHand("update tenant set status = 'suspended'", actor)),
                Map.entry(
                        "key of the tenant altered",
                        actor -> byHand("update tenant_key set generation = generation + 1", actor)),
                Map.entry("another policy", actor -> vault.grant(actor, "other/**", "read")));
        return changes.entrySet().stream()
                .map(change -> DynamicTest.dynamicTest(change.getKey(), () -> {
                    Actor actor = actorWhoHasRead("{\"k\":\"v\"}");
                    var permit = vault.permit(actor, Permission.READ, PATH.value());
                    change.getValue().by(actor);
                    AuditEntry entry = entry(actor, AuditAction.READ);
                    try (RevealedSecret secret = vault.secrets.recall(permit, TestVault.space(actor), PATH)) {
                        if (secret != null) {
                            assertThat(trail.appendIf(secret.premise(), entry).holds())
                                    .isFalse();
                        }
                    }
                    assertThat(vault.text("select count(*) from audit_log where log_id = '" + entry.id() + "'"))
                            .isEqualTo("0");
                }));
    }

    @Test
    void withdrawnPolicy_endsWhatIsRemembered() {
        Actor actor = vault.stranger();
        vault.grant(actor, "app/**", "write");
        String reading = vault.grant(actor, "app/**", "read");
        vault.put(actor, PATH.value(), "{}");
        vault.get(actor, PATH.value());
        var permit = vault.permit(actor, Permission.READ, PATH.value());

        vault.withdraw(actor, reading);

        try (RevealedSecret secret = vault.secrets.recall(permit, TestVault.space(actor), PATH)) {
            assertThat(secret).isNotNull();
            assertThat(trail.appendIf(secret.premise(), entry(actor, AuditAction.READ))
                            .holds())
                    .isFalse();
        }
    }

    @Test
    void expiredSecret_isNotRecalledWhenItIsDenied() {
        Actor actor = vault.owner();
        vault.put(
                actor,
                PATH.value(),
                TestVault.draft(
                        "{}",
                        null,
                        new OptionsPatch(
                                Change.keep(),
                                Change.setTo(Duration.ofHours(1)),
                                Change.setTo(ExpireAction.DENY),
                                Change.keep())),
                Precondition.ANY);
        assertThat(recalled(actor)).isEqualTo("{} confirmed");

        vault.clock.advance(Duration.ofHours(2));

        assertThat(recalled(actor)).isNull();
    }

    @Test
    void outage_isToldAndNotTriedAgain() {
        Actor actor = actorWhoHasRead("{\"k\":1}");
        var permit = vault.permit(actor, Permission.READ, PATH.value());
        vault.root.beforeUnwrap(() -> {
            throw new VaultException(ErrorCode.KMS_UNAVAILABLE, "down");
        });
        try {
            int before = vault.root.unwraps();
            refused(ErrorCode.KMS_UNAVAILABLE, () -> vault.secrets.recall(permit, TestVault.space(actor), PATH));
            refused(ErrorCode.KMS_UNAVAILABLE, () -> vault.put(actor, PATH.value(), "{\"k\":2}"));
            assertThat(vault.root.unwraps() - before).isEqualTo(2);
        } finally {
            vault.root.beforeUnwrap(() -> {});
        }
        assertThat(recalled(actor)).isEqualTo("{\"k\":1} confirmed");
    }

    @Test
    void writeOnAnOutdatedMemory_losesNothing() {
        Actor actor = actorWhoHasRead("{\"k\":1}");
        write(actor, "{\"k\":2}");

        WriteResult third = vault.put(actor, PATH.value(), "{\"k\":3}");

        assertThat(third.view().version()).isEqualTo(3);
        assertThat(vault.get(actor, PATH.value(), 2)).isEqualTo("{\"k\":2}");
    }

    @Test
    void precondition_isDecidedByWhatIsStored() {
        Actor actor = actorWhoHasRead("{\"k\":1}");
        write(actor, "{\"k\":2}");

        refused(
                ErrorCode.VERSION_CONFLICT,
                () -> vault.put(actor, PATH.value(), TestVault.draft("{}"), Precondition.versionIs(1)));
        assertThat(vault.put(actor, PATH.value(), TestVault.draft("{}"), Precondition.versionIs(2))
                        .view()
                        .version())
                .isEqualTo(3);
    }

    private static Actor actorWhoHasRead(String json) {
        Actor actor = vault.owner();
        elsewhere.write(
                vault.permit(actor, Permission.WRITE, PATH.value()),
                TestVault.space(actor),
                PATH,
                TestVault.draft(json),
                Precondition.ANY,
                entry(actor, AuditAction.WRITE));
        vault.get(actor, PATH.value());
        return actor;
    }

    /** The value and whether it may be shown; null when it is not remembered. */
    private static String recalled(Actor actor) {
        var permit = vault.permit(actor, Permission.READ, PATH.value());
        try (RevealedSecret secret = vault.secrets.recall(permit, TestVault.space(actor), PATH)) {
            if (secret == null) {
                return null;
            }
            boolean holds = trail.appendIf(secret.premise(), entry(actor, AuditAction.READ))
                    .holds();
            return TestVault.text(secret) + (holds ? " confirmed" : " outdated");
        } catch (VaultException refused) {
            throw new AssertionError("recall refuses nothing", refused);
        }
    }

    private static void write(Actor actor, String json) {
        elsewhere.write(
                vault.permit(actor, Permission.WRITE, PATH.value()),
                TestVault.space(actor),
                PATH,
                TestVault.draft(json),
                Precondition.ANY,
                entry(actor, AuditAction.WRITE));
    }

    private static void softDelete(Actor actor) {
        elsewhere.softDelete(
                vault.permit(actor, Permission.DELETE, PATH.value()),
                TestVault.space(actor),
                PATH,
                Precondition.ANY,
                entry(actor, AuditAction.DELETE));
    }

    private static void destroy(Actor actor) {
        elsewhere.destroy(
                vault.permit(actor, Permission.DELETE, PATH.value()),
                TestVault.space(actor),
                PATH,
                Precondition.ANY,
                entry(actor, AuditAction.DELETE));
    }

    private static void byHand(String statement, Actor actor) {
        vault.execute(statement + " where tenant_id = '" + actor.tenant() + "'");
    }

    private static AuditEntry entry(Actor actor, AuditAction action) {
        return vault.entry(actor, action, PATH.value());
    }

    @FunctionalInterface
    private interface Alteration {
        void by(Actor actor);
    }
}
