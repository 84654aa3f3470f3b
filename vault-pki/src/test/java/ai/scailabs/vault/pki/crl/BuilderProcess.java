package ai.scailabs.vault.pki.crl;

import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.PkiDatabase;
import ai.scailabs.vault.pki.hsm.HsmAuthorityKeys;
import ai.scailabs.vault.pki.issuer.AuthorityKeys;
import ai.scailabs.vault.pki.issuer.CrlLocations;
import ai.scailabs.vault.pki.issuer.KeyPairs;
import ai.scailabs.vault.pki.issuer.KeyStorage;
import ai.scailabs.vault.pki.x509.JavaSignatures;
import ai.scailabs.vault.pki.x509.KeySpec;
import ai.scailabs.vault.pki.x509.MessageSource;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import ai.scailabs.vault.pki.x509.SignatureScheme;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** What makes lists, in a JVM of its own, which may be killed: it says so when it is about to sign, and waits there. */
final class BuilderProcess implements AutoCloseable {
    static final CrlTerms TERMS = new CrlTerms(Duration.ofHours(1), Duration.ofDays(3));

    private static final String SIGNING = "signing";

    private final Process process;

    private BuilderProcess(Process process) {
        this.process = process;
    }

    static BuilderProcess start(PkiDatabase database, UUID authority) throws IOException {
        return new BuilderProcess(new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        BuilderProcess.class.getName(),
                        database.logins().app().url(),
                        authority.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Returns when its entries are laid down and it is about to sign. */
    void awaitSigning() throws IOException {
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        for (String line = said.readLine(); !SIGNING.equals(line); line = said.readLine()) {
            if (line == null) {
                throw new IllegalStateException("the process is gone");
            }
        }
    }

    /** SIGKILL; returns when it is gone. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    static CrlBuilder builder(TenantTransactions tenants, SignatureProvider signatures, CrlTally tally, Clock clock) {
        return new CrlBuilder(
                tenants,
                keys(tenants, signatures, clock),
                signatures,
                CrlLocations.below(null),
                TERMS,
                tally,
                new Ids(Clock.systemUTC(), new SecureRandom()),
                clock);
    }

    private static AuthorityKeys keys(TenantTransactions tenants, SignatureProvider signatures, Clock clock) {
        SecureRandom random = new SecureRandom();
        return new AuthorityKeys(
                new KeyPairs(JavaSignatures.ofTheRuntime(), random, 1),
                signatures,
                PkiDatabase.UNSEALED,
                new HsmAuthorityKeys(null, tenants, random, clock),
                KeyStorage.VAULT);
    }

    public static void main(String[] arguments) {
        try (HikariDataSource app = PkiDatabase.pool(arguments[0], "crl-process")) {
            builder(new TenantTransactions(app), new Halting(), new CrlTally(), Clock.systemUTC())
                    .build(new TenantId(PkiDatabase.TENANT.value()), UUID.fromString(arguments[1]), true);
        }
    }

    /** Signs nothing, for ever. */
    private static final class Halting implements SignatureProvider {
        private final JavaSignatures runtime = JavaSignatures.ofTheRuntime();

        @Override
        public byte[] sign(SignatureScheme scheme, PrivateKey key, byte[] message) {
            return halt();
        }

        @Override
        public byte[] sign(SignatureScheme scheme, PrivateKey key, MessageSource message) {
            return halt();
        }

        @Override
        public KeyPair generate(KeySpec spec, SecureRandom random) {
            return runtime.generate(spec, random);
        }

        @Override
        public PrivateKey read(byte[] pkcs8, KeySpec spec) {
            return runtime.read(pkcs8, spec);
        }

        private static byte[] halt() {
            System.out.println(SIGNING);
            while (true) {
                LockSupport.park();
            }
        }

        @Override
        public boolean verify(SignatureScheme scheme, PublicKey key, byte[] message, byte[] signature)
                throws GeneralSecurityException {
            return runtime.verify(scheme, key, message, signature);
        }

        @Override
        public boolean verify(SignatureScheme scheme, PublicKey key, MessageSource message, byte[] signature)
                throws GeneralSecurityException {
            return runtime.verify(scheme, key, message, signature);
        }
    }
}
