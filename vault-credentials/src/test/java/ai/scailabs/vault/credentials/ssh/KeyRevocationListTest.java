package ai.scailabs.vault.credentials.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.credentials.ssh.OpenSsh.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists as {@code ssh-keygen} reads them. */
class KeyRevocationListTest {
    private static final Instant NOW = Instant.parse("2026-11-27T22:40:00.900Z");

    @TempDir
    static Path folder;

    private static SshAuthority authority;
    private static SubjectKey key;

    @BeforeAll
    static void makeKeys() throws Exception {
        authority = SshAuthority.generate(SshKeyType.ED25519, OpenSsh.RANDOM);
        key = SubjectKey.parse(OpenSsh.publicKey(folder, SubjectKeyType.ED25519));
    }

    @AfterAll
    static void wipe() {
        authority.close();
    }

    @Test
    void serials_areThoseThatAreRevoked_andNoOthers() throws Exception {
        List<Long> serials = new ArrayList<>(List.of(-1L, 7L, 1L, Long.MIN_VALUE, 7L, Long.MAX_VALUE, 5_000L));
        LongStream.rangeClosed(100, 200).forEach(serials::add);
        Collections.shuffle(serials);
        Path list = list(serials);

        for (long serial : List.of(1L, 7L, 100L, 150L, 200L, 5_000L, Long.MAX_VALUE, Long.MIN_VALUE, -1L)) {
            assertThat(asked(list, authority, serial).text()).endsWith(": REVOKED\n");
        }
        for (long serial : List.of(2L, 6L, 8L, 99L, 201L, 4_999L, -2L, Long.MIN_VALUE + 1)) {
            assertThat(asked(list, authority, serial)).extracting(Said::exit).isEqualTo(0);
        }
        try (SshAuthority other = SshAuthority.generate(SshKeyType.ED25519, OpenSsh.RANDOM)) {
            assertThat(asked(list, other, 7).text()).endsWith(": ok\n");
        }
    }

    @Test
    void list_saysWhoseItIs_andWhichVersion() throws Exception {
        List<Long> serials = new ArrayList<>(List.of(7L, -1L));
        LongStream.rangeClosed(100, 200).forEach(serials::add);

        Said said = OpenSsh.run(
                List.of("ssh-keygen", "-Q", "-l", "-f", list(serials).toString()));

        assertThat(said.exit()).as(said.text()).isZero();
        assertThat(said.text())
                .contains(
                        "# KRL version 42\n",
                        "# Generated at 20261127T224000",
                        "# CA key ssh-ed25519 " + authority.fingerprint() + "\n",
                        "serial: 7\n",
                        "serial: 100-200\n",
                        "serial: 18446744073709551615\n");
    }

    @Test
    void emptyList_revokesNothing() throws Exception {
        Path list = list(List.of());

        assertThat(OpenSsh.run(List.of("ssh-keygen", "-Q", "-l", "-f", list.toString()))
                        .exit())
                .isZero();
        assertThat(asked(list, authority, 7).text()).endsWith(": ok\n");
    }

    @Test
    void manySerials_areRead() throws Exception {
        List<Long> serials = OpenSsh.RANDOM
                .longs(100_000)
                .filter(serial -> serial != 0)
                .boxed()
                .toList();
        Path list = list(serials);

        assertThat(Files.size(list)).isLessThan(810_000);
        assertThat(asked(list, authority, serials.get(99)).text()).endsWith(": REVOKED\n");
    }

    @Test
    void listThatOpenSshWouldNotRead_isNotMade() {
        assertThatThrownBy(() -> KeyRevocationList.encode(authority.publicBlob(), List.of(1L, 0L), 1, NOW))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KeyRevocationList.encode(
                        authority.publicBlob(), Collections.nCopies(KeyRevocationList.MAX_SERIALS + 1, 1L), 1, NOW))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Path list(List<Long> serials) throws Exception {
        return Files.write(
                folder.resolve("revoked"), KeyRevocationList.encode(authority.publicBlob(), serials, 42, NOW));
    }

    private static Said asked(Path list, SshAuthority signer, long serial) throws Exception {
        SshCertificate content = new SshCertificate(
                SshCertificateType.USER, key, serial, "id", List.of("a"), 0, 1, new TreeMap<>(), new TreeMap<>());
        Path certificate = Files.writeString(folder.resolve("id-cert.pub"), signer.sign(content) + "\n");
        return OpenSsh.run(List.of("ssh-keygen", "-Q", "-f", list.toString(), certificate.toString()));
    }
}
