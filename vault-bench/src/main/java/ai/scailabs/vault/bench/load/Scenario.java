package ai.scailabs.vault.bench.load;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A kind of request. Each has a script of the same name for wrk. */
public enum Scenario {
    HEALTH("health"),
    READ("read"),
    LIST("list"),
    POLICY_TEST("policy-test"),
    OCSP("ocsp"),
    OCSP_NONCE("ocsp-nonce"),
    // Last of a round: what they leave to PostgreSQL to tidy would weigh on the others.
    ISSUE("issue"),
    WRITE("write");

    private final String title;

    Scenario(String title) {
        this.title = title;
    }

    public String title() {
        return title;
    }

    String script() {
        return title + ".lua";
    }

    public static Optional<Scenario> named(String text) {
        return Arrays.stream(values())
                .filter(scenario -> scenario.title.equals(text))
                .findFirst();
    }

    public static List<String> titles() {
        return Arrays.stream(values()).map(Scenario::title).toList();
    }
}
