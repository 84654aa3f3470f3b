package ai.scailabs.vault.server.slow;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What callers were told, and what they asked for without an answer. Thread-safe. */
final class Promises {
    private final Collection<Write> writes = new ConcurrentLinkedQueue<>();
    private final Collection<Change> changes = new ConcurrentLinkedQueue<>();
    private final Set<String> revealing = ConcurrentHashMap.newKeySet();
    private final Map<String, Set<String>> attempted = new ConcurrentHashMap<>();

    /** Before the request leaves: from here on the value may be stored. */
    void attempted(String path, String value) {
        attempted.computeIfAbsent(path, p -> ConcurrentHashMap.newKeySet()).add(value);
    }

    /** The server said that this is the path's version. */
    void acknowledged(String requestId, String path, int version, String value) {
        writes.add(new Write(requestId, path, version, value));
    }

    /** The server said that it has made another change. */
    void acknowledged(String requestId, String path, String action) {
        changes.add(new Change(requestId, path, action));
    }

    /** The head of an answer that carries a value has arrived, whether or not the rest does. */
    void revealing(String requestId) {
        revealing.add(requestId);
    }

    Collection<Write> writes() {
        return writes;
    }

    Collection<Change> changes() {
        return changes;
    }

    Set<String> revealingRequests() {
        return revealing;
    }

    boolean wasAttempted(String path, String value) {
        return attempted.getOrDefault(path, Set.of()).contains(value);
    }

    record Write(String requestId, String path, int version, String value) {}

    /** @param action as the audit log names it */
    record Change(String requestId, String path, String action) {}
}
