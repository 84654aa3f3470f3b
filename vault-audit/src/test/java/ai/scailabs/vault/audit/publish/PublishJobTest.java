package ai.scailabs.vault.audit.publish;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.audit.AuditDatabase;
import ai.scailabs.vault.audit.export.MotoBuckets;
import ai.scailabs.vault.audit.note.NoteSignature;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.audit.note.WitnessKey;
import ai.scailabs.vault.audit.proof.Checkpoints;
import ai.scailabs.vault.audit.proof.LogTree;
import ai.scailabs.vault.audit.proof.Sequencer;
import ai.scailabs.vault.audit.store.ObjectName;
import ai.scailabs.vault.audit.store.ObjectStore;
import ai.scailabs.vault.audit.store.StoreSetup;
import ai.scailabs.vault.audit.trail.AuditTrail;
import ai.scailabs.vault.crypto.envelope.KeySeal;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.http.AddressRule;
import ai.scailabs.vault.outbound.http.GuardedHttp;
import ai.scailabs.vault.outbound.http.OutboundTls;
import ai.scailabs.vault.testkit.TestMoto;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishJobTest {
    private static final TenantId ACME = AuditDatabase.ACME;
    private static final PartnerId PARTNER = new PartnerId("ptn_acme");

    private AuditDatabase database;
    private HikariDataSource worker;
    private Checkpoints checkpoints;
    private LogTree trees;
    private GuardedHttp http;
    private WitnessServer outside;

    @BeforeEach
    void open() throws Exception {
        database = AuditDatabase.open();
        worker = database.worker();
        superuser("insert into partner (partner_id, created_at) values ('ptn_acme', now());"
                + "insert into tenant (tenant_id, partner_id, created_at) values ('tnt_acme', 'ptn_acme', now())");
        trees = new LogTree(database.tenants());
        checkpoints = new Checkpoints(
                trees,
                database.tenants(),
                new Unsealed(),
                "scaivault/audit",
                Clock.systemUTC(),
                database.ids(),
                new SecureRandom());
        http = new GuardedHttp(AddressRule.only(AddressRule.LOOPBACK), OutboundTls.system());
        outside = new WitnessServer(checkpoints.key(ACME, PARTNER));
    }

    @AfterEach
    void close() {
        outside.close();
        http.close();
        worker.close();
        database.close();
    }

    private void superuser(String sql) throws SQLException {
        try (Connection connection = database.logins().superuser().dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A checkpoint over that many entries more. */
    private String signed(int more) {
        return signed(ACME, more);
    }

    private String signed(TenantId tenant, int more) {
        try (AuditTrail trail = new AuditTrail(database.committer())) {
            for (int i = 0; i < more; i++) {
                trail.append(database.read(tenant, "app/db", null)).await();
            }
        }
        new Sequencer(worker, (connection, entries) -> {}, Clock.systemUTC()).run();
        return checkpoints.newest(tenant, PARTNER).note();
    }

    private WitnessPlace witness() throws Exception {
        return new WitnessPlace(http, outside.prefix(), WitnessKey.parse(outside.witness.line()), trees);
    }

    private PublishJob job(Place... places) {
        return new PublishJob(worker, List.of(places));
    }

    @Test
    void witness_takesWhatFollows_andItsSignatureIsPartOfTheCheckpoint() throws Exception {
        PublishJob job = job(witness());
        signed(5);
        job.run();
        signed(8);
        job.run();
        job.run();

        assertThat(outside.size()).isEqualTo(13);
        assertThat(job.pushedCount("witness")).isEqualTo(2);
        assertThat(job.failedCount("witness")).isZero();
        SignedNote note = SignedNote.parse(checkpoints.newest(ACME, PARTNER).note());
        assertThat(note.signatures()).hasSize(2);
        assertThat(WitnessKey.parse(outside.witness.line()).verify(note).getEpochSecond())
                .isEqualTo(1_800_000_000L);
        checkpoints.key(ACME, PARTNER).verify(note);
    }

    @Test
    void answerOfTheWitnessThatWasLost_isMadeUpFor() throws Exception {
        PublishJob job = job(witness());
        signed(5);
        outside.loseNextAnswer();
        job.run();
        assertThat(job.failedCount("witness")).isEqualTo(1);
        signed(2);
        job.run();

        assertThat(outside.size()).isEqualTo(7);
        assertThat(job.pushedCount("witness")).isEqualTo(1);
    }

    @Test
    void historyThatWasRewritten_isNotSignedByTheWitness() throws Exception {
        PublishJob job = job(witness());
        signed(300);
        job.run();
        superuser("alter table audit_node disable trigger append_only;"
                + "update audit_node set hash = sha256(hash) where tenant_id = 'tnt_acme'");
        signed(300);
        job.run();

        assertThat(outside.size()).isEqualTo(300);
        assertThat(job.pushedCount("witness")).isEqualTo(1);
        assertThat(job.failedCount("witness")).isEqualTo(1);
    }

    @Test
    void webhookThatRefuses_isAskedAgain_andHoldsUpNoOther() throws Exception {
        PublishJob job = job(new WebhookPlace(http, outside.hookUrl()), witness());
        String note = signed(3);
        outside.answerHooksWith(500);
        job.run();
        assertThat(job.failedCount("webhook")).isEqualTo(1);
        assertThat(outside.size()).isEqualTo(3);

        outside.answerHooksWith(204);
        job.run();
        job.run();
        assertThat(outside.hooked).containsExactly(note, note);
        assertThat(job.pushedCount("webhook")).isEqualTo(1);
    }

    @Test
    void bucket_keepsEachCheckpointAsAnObject() throws Exception {
        try (TestMoto moto = TestMoto.start()) {
            MotoBuckets.create(moto, "checkpoints-of-acme");
            try (ObjectStore store = StoreSetup.open(
                    StoreSetup.destination("s3", "checkpoints-of-acme", "vault", moto.endpoint()),
                    MotoBuckets.CREDENTIALS,
                    StoreSetup.QUICK)) {
                PublishJob job = job(new StorePlace(store));
                String first = signed(2);
                job.run();
                String second = signed(1);
                job.run();

                assertThat(read(store, "checkpoints/tnt_acme/00000000000000000002"))
                        .isEqualTo(first);
                assertThat(read(store, "checkpoints/tnt_acme/00000000000000000003"))
                        .isEqualTo(second);
            }
        }
    }

    private static String read(ObjectStore store, String name) throws Exception {
        try (var in = store.read(new ObjectName(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void placeThatIsAway_holdsUpNobody() throws Exception {
        signed(1);
        PublishJob job = job(witness(), new WebhookPlace(http, outside.hookUrl()));
        outside.close();
        job.run();

        assertThat(job.failedCount("witness")).isEqualTo(1);
        assertThat(job.failedCount("webhook")).isEqualTo(1);
        assertThat(database.text("select count(*) from audit_checkpoint_push")).isEqualTo("0");
    }

    @Test
    void logsThatFailAgainAndAgain_holdUpNoneBehindThem() throws Exception {
        for (String tenant : List.of("tnt_a", "tnt_b", "tnt_c", "tnt_d")) {
            superuser("insert into tenant (tenant_id, partner_id, created_at) values ('" + tenant
                    + "', 'ptn_acme', now())");
            signed(new TenantId(tenant), 1);
        }
        Choosy place = new Choosy();
        PublishJob job = job(place);
        job.run();
        assertThat(place.asked).containsExactly("tnt_a", "tnt_b", "tnt_c");
        job.run();
        assertThat(place.asked.subList(3, place.asked.size())).containsExactly("tnt_d", "tnt_a", "tnt_b", "tnt_c");
        job.run();
        assertThat(job.pushedCount("choosy")).isEqualTo(1);
        assertThat(job.failedCount("choosy")).isEqualTo(9);
    }

    /** Takes checkpoints of one log only. */
    private static final class Choosy implements Place {
        private final List<String> asked = new ArrayList<>();

        @Override
        public String name() {
            return "choosy";
        }

        @Override
        public Optional<NoteSignature> publish(Published checkpoint) throws IOException {
            asked.add(checkpoint.tenant().value());
            if (!checkpoint.tenant().value().equals("tnt_d")) {
                throw new IOException("not this one");
            }
            return Optional.empty();
        }
    }

    /** What seals keys is tried elsewhere. */
    private static final class Unsealed implements KeySeal {
        @Override
        public byte[] seal(TenantId tenant, PartnerId partner, String keyId, SensitiveBytes privateKey) {
            return privateKey.expose().clone();
        }

        @Override
        public SensitiveBytes open(TenantId tenant, PartnerId partner, String keyId, byte[] sealed) {
            return SensitiveBytes.owning(sealed.clone());
        }
    }
}
