package ai.scailabs.vault.kms.pkcs11;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xipki.pkcs11.wrapper.PKCS11Exception;
import org.xipki.pkcs11.wrapper.PKCS11Module;
import org.xipki.pkcs11.wrapper.StaticLogger;

/**
 * A PKCS#11 library, which a process loads and initialises once, however many keys it uses through it. A library may see a token that was replaced only after it was
 * initialised anew; that ends the sessions of everybody. Thread-safe.
 */
final class CryptokiLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(CryptokiLibrary.class);
    private static final Duration BETWEEN_RESTARTS = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);
    private static final Map<Path, CryptokiLibrary> LOADED = new HashMap<>();

    private final Path file;
    private final PKCS11Module module;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private volatile long generation;
    private long restartedAtNanos = System.nanoTime() - BETWEEN_RESTARTS.toNanos();

    private CryptokiLibrary(Path file, PKCS11Module module) {
        this.file = file;
        this.module = module;
    }

    static CryptokiLibrary of(Path file) throws HsmUnavailable {
        synchronized (LOADED) {
            Path real = realPath(file);
            CryptokiLibrary loaded = LOADED.get(real);
            if (loaded == null) {
                loaded = load(real);
                LOADED.put(real, loaded);
            }
            return loaded;
        }
    }

    private static Path realPath(Path file) throws HsmUnavailable {
        try {
            Path real = file.toRealPath();
            if (Files.isRegularFile(real)) {
                return real;
            }
        } catch (IOException absent) {
            throw new HsmUnavailable("there is no PKCS#11 library " + file);
        }
        throw new HsmUnavailable("the PKCS#11 library " + file + " is not a file");
    }

    private static CryptokiLibrary load(Path file) throws HsmUnavailable {
        StaticLogger.setLogger(new WrapperLog());
        try {
            PKCS11Module module = PKCS11Module.getInstance(file.toString());
            module.initialize();
            return new CryptokiLibrary(file, module);
        } catch (IOException | LinkageError unloadable) {
            throw new HsmUnavailable("the PKCS#11 library " + file + " cannot be loaded: " + unloadable.getMessage());
        } catch (PKCS11Exception refused) {
            throw new HsmUnavailable("the PKCS#11 library " + file + " cannot be initialised", refused);
        }
    }

    /** Grows when the library was initialised anew: handles of an earlier one mean nothing any more, or something else. */
    long generation() {
        return generation;
    }

    /** Only within {@link #inside}. */
    PKCS11Module module() {
        return module;
    }

    /** Every call of the library goes through here, so that none is under way while it restarts. */
    <T> T inside(Work<T> work) throws HsmUnavailable, PKCS11Exception {
        lock.readLock().lock();
        try {
            return work.run();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Initialises the library anew, unless somebody did since; at most once a second, and not while a call hangs in it.
     *
     * @param seen the generation in which something failed
     * @return false when nothing has changed
     */
    boolean restart(long seen) throws HsmUnavailable {
        try {
            if (!lock.writeLock().tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            return generation != seen || restartNow();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private boolean restartNow() throws HsmUnavailable {
        long now = System.nanoTime();
        if (now - restartedAtNanos < BETWEEN_RESTARTS.toNanos()) {
            return false;
        }
        restartedAtNanos = now;
        generation++;
        try {
            module.finalize(null);
        } catch (PKCS11Exception notInitialised) {
            LOG.debug("the PKCS#11 library was not initialised: {}", notInitialised.getErrorName());
        }
        try {
            module.initialize();
            LOG.info("Initialised the PKCS#11 library {} anew", file);
            return true;
        } catch (PKCS11Exception refused) {
            throw new HsmUnavailable("the PKCS#11 library " + file + " cannot be initialised", refused);
        }
    }

    /** Calls of the library. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws HsmUnavailable, PKCS11Exception;
    }
}
