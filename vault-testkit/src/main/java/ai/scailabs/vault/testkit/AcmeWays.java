package ai.scailabs.vault.testkit;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** How a {@link TestAcme} behaves where RFC 8555 leaves it a choice, and where it does what it may not. May be changed at any time. Thread-safe. */
public final class AcmeWays {
    /** What is wrong with the certificates that it makes. */
    public enum Wrong {
        NOTHING,
        /** They are for a key that nobody asked for. */
        KEY,
        /** They are for other names. */
        NAMES,
        /** Their time is over. */
        OVER
    }

    /** What is sent in the place of an answer. */
    record Instead(int status, String contentType, String body) {}

    private final Map<String, Instead> instead = new ConcurrentHashMap<>();
    private volatile boolean busyProblem;
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger limited = new AtomicInteger();
    private final AtomicInteger late = new AtomicInteger();
    private volatile boolean reusing;
    private volatile boolean readyAtOnce;
    private volatile boolean sharingOrders;
    private volatile boolean synchronous;
    private volatile boolean linesJoined;
    private volatile boolean alternatesLost;
    private volatile Duration processing = Duration.ZERO;
    private volatile boolean tellingWhen = true;
    private volatile long limitSeconds;
    private volatile @Nullable String failing;
    private volatile Wrong wrong = Wrong.NOTHING;
    private volatile Duration ahead = Duration.ZERO;

    AcmeWays() {}

    /** A name that an account has proved is proved for its next orders as well. */
    public AcmeWays reusing() {
        reusing = true;
        return this;
    }

    /** Nothing is to be proved: an order is ready as soon as it is made. */
    public AcmeWays readyAtOnce() {
        readyAtOnce = true;
        return this;
    }

    /** Whoever orders for the same names again gets the order that is open. */
    public AcmeWays sharingOrders() {
        sharingOrders = true;
        return this;
    }

    /** The certificate is made in the call that finalizes. */
    public AcmeWays synchronous() {
        synchronous = true;
        return this;
    }

    /** So long is an order at work after it was finalized, and says how long. */
    public AcmeWays processing(Duration time) {
        processing = time;
        return this;
    }

    /** It does not say when to ask again. */
    public AcmeWays sayingNothingOfTime() {
        tellingWhen = false;
        return this;
    }

    /** What is at work comes to nothing, by this error; null: it comes to a certificate. */
    public AcmeWays failing(@Nullable String type) {
        failing = type;
        return this;
    }

    public AcmeWays wrong(Wrong what) {
        wrong = what;
        return this;
    }

    /** The certificate is not to be had when it is asked for so many times. */
    public AcmeWays late(int times) {
        late.set(times);
        return this;
    }

    /** So many orders are refused, as there are too many. */
    public AcmeWays limiting(int times, Duration wait) {
        limitSeconds = wait.toSeconds();
        limited.set(times);
        return this;
    }

    /** So many orders are refused, as it is busy with something else; whether by a problem of ACME or by whatever stands before it. */
    public AcmeWays busy(int times, Duration wait, boolean problem) {
        limitSeconds = wait.toSeconds();
        busyProblem = problem;
        busy.set(times);
        return this;
    }

    /** All that it refers to is in one line, each with more than it needs (RFC 8288 §3). */
    public AcmeWays linesJoined() {
        linesJoined = true;
        return this;
    }

    /** The other chains that it names are not there. */
    public AcmeWays alternatesLost() {
        alternatesLost = true;
        return this;
    }

    /** Its clock goes on by so much. */
    public AcmeWays later(Duration more) {
        ahead = ahead.plus(more);
        return this;
    }

    /** Answers this to all that is asked for below a path, such as {@code /directory} or {@code /order/}. */
    public AcmeWays saying(String path, int status, String contentType, String body) {
        instead.put(path, new Instead(status, contentType, body));
        return this;
    }

    /** What it would have said. */
    public AcmeWays sayingWhatItShould() {
        instead.clear();
        return this;
    }

    @Nullable
    Instead instead(String path) {
        return instead.entrySet().stream()
                .filter(each -> path.startsWith(each.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    boolean isReusing() {
        return reusing;
    }

    boolean isReadyAtOnce() {
        return readyAtOnce;
    }

    boolean isSharingOrders() {
        return sharingOrders;
    }

    boolean isSynchronous() {
        return synchronous;
    }

    boolean isLinesJoined() {
        return linesJoined;
    }

    boolean isAlternatesLost() {
        return alternatesLost;
    }

    boolean isTellingWhen() {
        return tellingWhen;
    }

    Duration processing() {
        return processing;
    }

    @Nullable
    String failing() {
        return failing;
    }

    Wrong wrong() {
        return wrong;
    }

    Duration ahead() {
        return ahead;
    }

    /** Once for each order that is refused. */
    void limit() throws AcmeProblem {
        if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw busyProblem
                    ? new AcmeProblem(503, "serverInternal", "busy", limitSeconds)
                    : AcmeProblem.notOfAcme(503, "busy", limitSeconds);
        }
        if (limited.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new AcmeProblem(429, "rateLimited", "too many new orders", limitSeconds);
        }
    }

    /** Once for each download that is too early. */
    void keepWaiting() throws AcmeProblem {
        if (late.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new AcmeProblem(404, "malformed", "there is no such certificate");
        }
    }
}
