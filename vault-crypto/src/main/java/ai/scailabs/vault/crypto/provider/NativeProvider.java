package ai.scailabs.vault.crypto.provider;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signatures and key pairs by native code: a tenth of the time of the Java runtime's, and a hundredth while the runtime has not compiled its own yet. What comes out is the same. It is asked by name and never
 * registered for the whole process, so that nothing else is computed by it. Thread-safe.
 */
public final class NativeProvider {
    private static final Set<String> SETTLED = Set.of("RSA", "EC");

    private NativeProvider() {}

    /** Absent where the library does not load or its self-tests fail. The first call takes the moment that they need. */
    public static Optional<Provider> get() {
        return Loaded.PROVIDER;
    }

    /** By the native library where it is there and knows the algorithm, else by the Java runtime. */
    public static Signature signature(String algorithm) throws NoSuchAlgorithmException {
        Provider provider = knowing("Signature", algorithm);
        return provider == null ? Signature.getInstance(algorithm) : Signature.getInstance(algorithm, provider);
    }

    /** By the native library where it is there, for RSA and EC; else by the Java runtime, whose keys of the newer kinds have the interfaces that one expects. */
    public static KeyPairGenerator keyPairGenerator(String algorithm) throws NoSuchAlgorithmException {
        Provider provider = SETTLED.contains(algorithm) ? knowing("KeyPairGenerator", algorithm) : null;
        return provider == null
                ? KeyPairGenerator.getInstance(algorithm)
                : KeyPairGenerator.getInstance(algorithm, provider);
    }

    private static @Nullable Provider knowing(String service, String algorithm) {
        return get().filter(provider -> provider.getService(service, algorithm) != null)
                .orElse(null);
    }

    private static final class Loaded {
        private static final Optional<Provider> PROVIDER = load();

        private static Optional<Provider> load() {
            AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
            boolean sound = provider.getLoadingError() == null && provider.runSelfTests() == SelfTestStatus.PASSED;
            return sound ? Optional.of(provider) : Optional.empty();
        }
    }
}
