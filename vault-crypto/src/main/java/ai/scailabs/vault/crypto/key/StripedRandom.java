package ai.scailabs.vault.crypto.key;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Spreads callers over several generators. A caller takes the first free one after the place its thread falls on, so two threads rarely meet. Each generator draws
 * fresh entropy from the operating system every {@value #CALLS_PER_SEED} calls, which bounds what a copied memory image can foretell.
 */
final class StripedRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;
    static final int CALLS_PER_SEED = 65_536;

    private final transient Stripe[] stripes;

    /** @param generators as many as a power of two */
    StripedRandom(SecureRandom[] generators) {
        stripes = new Stripe[generators.length];
        for (int i = 0; i < generators.length; i++) {
            stripes[i] = new Stripe(generators[i]);
        }
    }

    @Override
    public void nextBytes(byte[] bytes) {
        int home = (int) Thread.currentThread().threadId();
        for (int i = 0; i < stripes.length; i++) {
            Stripe stripe = stripes[(home + i) & (stripes.length - 1)];
            if (stripe.lock.tryLock()) {
                stripe.fillAndUnlock(bytes);
                return;
            }
        }
        Stripe stripe = stripes[home & (stripes.length - 1)];
        stripe.lock.lock();
        stripe.fillAndUnlock(bytes);
    }

    @Override
    public byte[] generateSeed(int numBytes) {
        return stripes[0].generator.generateSeed(numBytes);
    }

    @Override
    public void reseed() {
        for (Stripe stripe : stripes) {
            stripe.generator.reseed();
        }
    }

    @Override
    public String getAlgorithm() {
        return "DRBG";
    }

    @Override
    public String toString() {
        return "DRBG in " + stripes.length + " stripes";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(StripedRandom.class.getName());
    }

    private static final class Stripe {
        private final ReentrantLock lock = new ReentrantLock();
        private final SecureRandom generator;
        private int calls;

        private Stripe(SecureRandom generator) {
            this.generator = generator;
        }

        private void fillAndUnlock(byte[] bytes) {
            try {
                if (++calls == CALLS_PER_SEED) {
                    generator.reseed();
                    calls = 0;
                }
                generator.nextBytes(bytes);
            } finally {
                lock.unlock();
            }
        }
    }
}
