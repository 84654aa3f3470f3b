package ai.scailabs.vault.pki.acme;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a directory refers to (RFC 8288 §3), rewritten in the one way that acme4j reads: each by itself, with its relation and nothing else. */
final class LinkHeader {
    private static final Pattern TARGET = Pattern.compile("<([^<>]*)>");

    /** A comma or semicolon in quotes separates nothing. */
    private static final Pattern PARAMETER =
            Pattern.compile("\\s*;\\s*([^\\s=;,\"]+)(?:\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;,\"]*)))?");

    private LinkHeader() {}

    /** One for each relation of each target; what cannot be read is left out. */
    static List<String> parse(String value) {
        List<String> links = new ArrayList<>();
        Matcher target = TARGET.matcher(value);
        Matcher parameter = PARAMETER.matcher(value);
        int at = 0;
        while (target.find(at)) {
            at = target.end();
            // The first that says it counts (§3.3); it may name several.
            String relations = "";
            parameter.region(at, value.length());
            while (parameter.lookingAt()) {
                at = parameter.end();
                if (relations.isEmpty() && parameter.group(1).equalsIgnoreCase("rel")) {
                    String quoted = parameter.group(2);
                    String bare = parameter.group(3);
                    relations = quoted != null ? quoted : bare != null ? bare : "";
                }
                parameter.region(at, value.length());
            }
            for (String relation : relations.strip().split("\\s+")) {
                if (!relation.isEmpty()) {
                    links.add("<" + target.group(1) + ">;rel=\"" + relation + "\"");
                }
            }
        }
        return links;
    }
}
