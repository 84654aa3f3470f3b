package ai.scailabs.vault.pki.crl;

import static ai.scailabs.vault.pki.PkiDatabase.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.PkiDatabase;
import ai.scailabs.vault.pki.x509.JavaSignatures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lists are made by a process that is really killed, and then by another. */
class KilledBuilderTest {
    private static final Duration LEASE = ScheduleRepository.LEASE;

    private static PkiDatabase database;

    @BeforeAll
    static void open() {
        database = new PkiDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static Optional<List<StoredCrl>> build(UUID authority, Duration later, boolean forced, CrlTally tally) {
        return BuilderProcess.builder(
                        database.tenants(),
                        JavaSignatures.ofTheRuntime(),
                        tally,
                        Clock.offset(Clock.systemUTC(), later))
                .build(TENANT, authority, forced);
    }

    private static long published(UUID authority) {
        return database.number(
                "select number from crl where ca_id = ? and not delta and replaced_at is null", authority);
    }

    private static X509CRL read(StoredCrl list) throws Exception {
        CrlRepository lists = new CrlRepository(database.tenants());
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        for (int piece = 0; piece < list.pieces(); piece++) {
            der.writeBytes(lists.piece(TENANT, list.id(), piece).orElseThrow());
        }
        return (X509CRL)
                CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der.toByteArray()));
    }

    @Test
    void killedWhileItSigns_givesNoNumberTwice_leavesTheListBefore_andAnotherGoesOn() throws Exception {
        UUID authority = database.authority(TENANT, "killed");
        Instant end = Instant.now().plus(Duration.ofDays(30));
        for (int i = 0; i < 50; i++) {
            database.revocation(TENANT, authority, i, null, end, 4, false, Instant.now());
        }
        CrlTally tally = new CrlTally();
        StoredCrl before =
                build(authority, Duration.ZERO, true, tally).orElseThrow().getFirst();
        assertThat(read(before).getRevokedCertificates()).hasSize(50);
        database.revocation(TENANT, authority, 50, null, end, 1, false, Instant.now());

        try (BuilderProcess process = BuilderProcess.start(database, authority)) {
            process.awaitSigning();
        }
        long given = database.number("select last_number from crl_schedule where ca_id = ?", authority);
        assertThat(given).isGreaterThan(before.number());
        assertThat(published(authority)).isEqualTo(before.number());
        assertThat(read(before).getRevokedCertificates()).hasSize(50);
        assertThat(unfinished()).isPositive();

        // Its lease holds, whoever asks.
        assertThat(build(authority, Duration.ZERO, true, tally)).isEmpty();
        assertThat(build(authority, LEASE.minusSeconds(15), true, tally)).isEmpty();
        assertThat(published(authority)).isEqualTo(before.number());

        // When it is over, its lists are due without anybody asking.
        StoredCrl after = build(authority, LEASE.plusSeconds(1), false, tally)
                .orElseThrow()
                .getFirst();
        assertThat(after.number()).isGreaterThan(given);
        assertThat(published(authority)).isEqualTo(after.number());
        assertThat(read(after).getRevokedCertificates()).hasSize(51);
        assertThat(tally.madeCount()).isEqualTo(2);
        assertThat(tally.failedCount()).isZero();

        // What it left is disposed of, once nobody can be at work on it any more.
        assertThat(build(authority, Duration.ofHours(2), true, tally)).isPresent();
        assertThat(unfinished()).isZero();
    }

    private static long unfinished() {
        return database.number(
                "select count(distinct crl_id) from crl_piece p where not exists (select from crl c where c.crl_id = p.crl_id)");
    }

    @Test
    void killedAgainAndAgain_thereIsANewNumberEachTime() throws Exception {
        UUID authority = database.authority(TENANT, "killed-often");
        database.revocation(
                TENANT, authority, 1, null, Instant.now().plus(Duration.ofDays(30)), 4, false, Instant.now());
        long last = 0;
        for (int round = 0; round < 2; round++) {
            try (BuilderProcess process = BuilderProcess.start(database, authority)) {
                process.awaitSigning();
            }
            long given = database.number("select last_number from crl_schedule where ca_id = ?", authority);
            assertThat(given).isGreaterThan(last);
            last = given;
            database.update(
                    "update crl_schedule set lease_until = now() - interval '1 second' where ca_id = ?", authority);
        }
        assertThat(database.number("select count(*) from crl where ca_id = ?", authority))
                .isZero();
        assertThat(build(authority, Duration.ZERO, false, new CrlTally())
                        .orElseThrow()
                        .getFirst()
                        .number())
                .isGreaterThan(last);
    }

    @Test
    void listsThatAreLate_areTold_andAuthoritiesThatFail() throws Exception {
        UUID authority = database.authority(TENANT, "late");
        OverdueLists overdue = new OverdueLists(database.worker(), BuilderProcess.TERMS.interval(), Clock.systemUTC());
        assertThat(overdue.overdueSeconds()).isNaN();
        build(authority, Duration.ZERO, true, new CrlTally());
        database.update("update crl set this_update = now() where replaced_at is null");
        database.update("update crl_schedule set failures = 0");
        overdue.look();
        assertThat(overdue.overdueSeconds()).isZero();
        assertThat(overdue.failing()).isZero();

        database.update(
                "update crl set this_update = now() - interval '3 hours' where ca_id = ? and replaced_at is null",
                authority);
        database.update("update crl_schedule set failures = 3 where ca_id = ?", authority);
        overdue.look();
        assertThat(overdue.overdueSeconds()).isBetween(7_190.0, 7_300.0);
        assertThat(overdue.failing()).isEqualTo(1);

        // A key whose certificate is over makes no lists any more.
        database.update("update ca_generation set not_after = now() where ca_id = ?", authority);
        database.update("update crl_schedule set failures = 0 where ca_id = ?", authority);
        overdue.look();
        assertThat(overdue.overdueSeconds()).isZero();
    }

    @Test
    void keyThatDoesNotSign_isCountedAsAFailure() {
        UUID authority = database.authority(TENANT, "failing");
        database.update("update ca_signing_key set private_key = 'x'::bytea where key_id = 'key_failing'");
        CrlTally tally = new CrlTally();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> build(authority, Duration.ZERO, true, tally)))
                .isNotNull();
        assertThat(tally.failedCount()).isEqualTo(1);
        assertThat(tally.madeCount()).isZero();
    }
}
