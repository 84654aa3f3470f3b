package ai.scailabs.vault.testkit;

import ai.scailabs.vault.testkit.LoopbackApi.Asked;
import ai.scailabs.vault.testkit.LoopbackApi.Said;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What goes wrong between a caller and an API, and what was asked of it. Thread-safe. */
public final class ApiFaults {
    private static final int NEVER = Integer.MAX_VALUE;

    private final List<String> asked = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final Map<String, Runnable> meanwhile = new HashMap<>();
    private int left = NEVER;

    ApiFaults() {}

    private record Fault(String request, Said instead) {}

    /**
     * Answers the next request of that form otherwise, and does nothing.
     *
     * @param request a pattern of method and path
     * @param retryAfter absent for none
     */
    public synchronized void refuse(String request, int status, @Nullable String retryAfter, String body) {
        faults.add(new Fault(
                request, new Said(status, retryAfter == null ? Map.of() : Map.of("Retry-After", retryAfter), body)));
    }

    /** What somebody else does just before the next request of that form is looked at. */
    public synchronized void before(String request, Runnable work) {
        meanwhile.put(request, work);
    }

    /** Nobody is there any more once so many requests are done: the last of them is done too, and its answer lost. */
    public synchronized void dieAfter(int requests) {
        left = requests;
    }

    public synchronized void revive() {
        left = NEVER;
    }

    /** As {@code METHOD /path}, without those for tokens; then forgotten. */
    public synchronized List<String> takeAsked() {
        List<String> taken = List.copyOf(asked);
        asked.clear();
        return taken;
    }

    synchronized Said through(Asked request, Function<Asked, Said> answers) {
        if (left == 0) {
            return Said.nothing();
        }
        boolean token = request.path().endsWith("/token");
        if (!token) {
            asked.add(request.toString());
        }
        for (String form : List.copyOf(meanwhile.keySet())) {
            Runnable work = request.toString().matches(form) ? meanwhile.remove(form) : null;
            if (work != null) {
                work.run();
            }
        }
        Optional<Fault> fault = faults.stream()
                .filter(each -> request.toString().matches(each.request()))
                .findFirst();
        if (fault.isPresent()) {
            faults.remove(fault.get());
            return fault.get().instead();
        }
        Said answer = answers.apply(request);
        if (!token && left != NEVER && --left == 0) {
            return Said.nothing();
        }
        return answer;
    }
}
