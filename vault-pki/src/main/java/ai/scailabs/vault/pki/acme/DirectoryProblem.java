package ai.scailabs.vault.pki.acme;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.shredzone.acme4j.Identifier;
import org.shredzone.acme4j.Problem;

/**
 * What went wrong with an order, as RFC 8555 §6.7 writes it. Texts are the directory's own: bounded, and without characters that do more than be read.
 *
 * @param type a URI: {@code urn:ietf:params:acme:error:…} of a directory, {@code urn:scaivault:acme:…} of ours
 * @param name that it concerns, where one is to blame
 * @param others that the directory named besides, each for another name
 */
public record DirectoryProblem(
        String type, String detail, @Nullable String name, List<DirectoryProblem> others) {
    static final String ACME = "urn:ietf:params:acme:error:";
    static final String OURS = "urn:scaivault:acme:";

    private static final int MAX_TYPE = 200;
    private static final int MAX_DETAIL = 1_000;
    private static final int MAX_NAME = 253;
    private static final int MAX_OTHERS = 20;

    public DirectoryProblem {
        others = List.copyOf(others);
    }

    static DirectoryProblem ours(String kind, String detail, @Nullable String name) {
        return new DirectoryProblem(OURS + kind, detail, name, List.of());
    }

    /** @param name to which it belongs, unless it says so itself */
    static DirectoryProblem of(Problem problem, @Nullable String name) {
        List<DirectoryProblem> others = new ArrayList<>();
        for (Problem sub : problem.getSubProblems()) {
            if (others.size() < MAX_OTHERS) {
                others.add(
                        new DirectoryProblem(type(sub), detail(sub), name(sub).orElse(null), List.of()));
            }
        }
        String own = name(problem).orElse(name);
        if (own == null && !others.isEmpty()) {
            own = others.getFirst().name();
        }
        return new DirectoryProblem(type(problem), detail(problem), own, others);
    }

    private static String type(Problem problem) {
        return bounded(problem.getType().toString(), MAX_TYPE);
    }

    private static String detail(Problem problem) {
        return bounded(problem.getDetail().or(problem::getTitle).orElse(""), MAX_DETAIL);
    }

    private static Optional<String> name(Problem problem) {
        return problem.getIdentifier().map(Identifier::getValue).map(value -> bounded(value, MAX_NAME));
    }

    static String bounded(String text, int most) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(most)
                .map(point -> Character.isISOControl(point)
                                || Character.getType(point) == Character.FORMAT
                                || Character.getType(point) == Character.SURROGATE
                        ? ' '
                        : point)
                .forEach(shown::appendCodePoint);
        return shown.toString().strip();
    }

    /** Whether it is the directory's own of that name, such as {@code rateLimited}. */
    boolean is(String error) {
        return type.equals(ACME + error);
    }

    /** As it is shown and stored. */
    public Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("type", type);
        shown.put("detail", detail);
        if (name != null) {
            shown.put("identifier", name);
        }
        if (!others.isEmpty()) {
            shown.put(
                    "subproblems", others.stream().map(DirectoryProblem::shown).toList());
        }
        return shown;
    }
}
