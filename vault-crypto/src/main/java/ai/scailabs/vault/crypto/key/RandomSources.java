package ai.scailabs.vault.crypto.key;

import java.security.DrbgParameters;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;

/** Chooses where random bytes come from. */
public final class RandomSources {
    private RandomSources() {}

    /**
     * A thread-safe source for keys and nonces that does not make its callers queue: as many NIST SP 800-90A DRBGs as the machine has processors, rounded up to a power
     * of two, each seeded by the operating system on its own. The JDK's default source has one lock for the whole process.
     */
    public static SecureRandom striped() {
        int processors = Runtime.getRuntime().availableProcessors();
        int stripes = Integer.highestOneBit(Math.max(1, processors * 2 - 1));
        SecureRandom[] generators = new SecureRandom[stripes];
        for (int i = 0; i < stripes; i++) {
            generators[i] = newGenerator(i);
        }
        return new StripedRandom(generators);
    }

    private static SecureRandom newGenerator(int stripe) {
        byte[] personalisation = {'s', 'c', 'a', 'i', 'v', 'a', 'u', 'l', 't', (byte) stripe};
        try {
            return SecureRandom.getInstance(
                    "DRBG", DrbgParameters.instantiation(256, DrbgParameters.Capability.RESEED_ONLY, personalisation));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the Java runtime has no DRBG of 256 bits", e);
        }
    }
}
