package ai.scailabs.vault.bench.micro;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.SealedValue;
import ai.scailabs.vault.crypto.envelope.ValuePlace;
import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyMaterial;
import ai.scailabs.vault.crypto.key.RandomSources;
import ai.scailabs.vault.crypto.root.RootKey;
import ai.scailabs.vault.crypto.root.RootKeySet;
import ai.scailabs.vault.crypto.root.SharedUnwraps;
import ai.scailabs.vault.crypto.root.WrapContext;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.kms.guard.GuardedRootKey;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The whole key chain around 256 bytes, with the root key in a file. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class EnvelopeBenchmark {
    private static final TenantId TENANT = new TenantId("tnt_bench");
    private static final String PARTNER = "ptn_bench";

    private final byte[] plaintext = new byte[256];
    private final ValuePlace place = new ValuePlace(TENANT, new SecretPath("team-1/service/database"), 1);

    private Path folder;
    private RootKey root;
    private RootKey shared;
    private WrappedKey partnerKey;
    private byte[] wrappedByTheSet;
    private WrapContext partnerContext;
    private EnvelopeCipher cipher;
    private KeyChain chain;
    private SealedValue sealed;

    @Setup
    public void prepare() throws IOException {
        SecureRandom random = RandomSources.striped();
        folder = Files.createTempDirectory("scaivault-jmh");
        root = LocalFileRootKey.openOrCreate(folder.resolve("root.key"), random);
        // The way that the service's requests take.
        RootKeySet guarded =
                new RootKeySet(List.of(new GuardedRootKey(root, Duration.ofSeconds(2))), Duration.ofMillis(200));
        shared = new SharedUnwraps(guarded);
        cipher = new EnvelopeCipher(shared, new Ids(Clock.systemUTC(), random), random);
        partnerKey = cipher.newPartnerKey(PARTNER);
        WrappedKey tenantKey = cipher.newTenantKey(TENANT, PARTNER, partnerKey.id(), partnerKey.wrapped());
        chain = new KeyChain(
                TENANT, PARTNER, partnerKey.id(), partnerKey.wrapped(), tenantKey.id(), tenantKey.wrapped());
        sealed = seal();
        partnerContext = new WrapContext(PARTNER, partnerKey.id(), "bench");
        try (KeyMaterial key = KeyMaterial.generate(random)) {
            partnerKey = new WrappedKey(partnerKey.id(), root.wrap(key, partnerContext));
            wrappedByTheSet = guarded.wrap(key, partnerContext);
        }
    }

    @TearDown
    public void remove() throws IOException {
        Files.deleteIfExists(folder.resolve("root.key"));
        Files.deleteIfExists(folder);
    }

    @Benchmark
    public SealedValue seal() {
        return cipher.seal(chain, place, SensitiveBytes.owning(plaintext.clone()));
    }

    @Benchmark
    public int open() {
        try (SensitiveBytes opened = cipher.open(chain, place, sealed)) {
            return opened.length();
        }
    }

    @Benchmark
    public void unwrapByRoot() {
        root.unwrap(partnerKey.wrapped(), partnerContext).close();
    }

    @Benchmark
    public void unwrapShared() {
        shared.unwrap(wrappedByTheSet, partnerContext).close();
    }
}
