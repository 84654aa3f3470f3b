package ai.scailabs.vault.api.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header by which a trusted proxy says whom it got a request from. A proxy writes one of them and hands on what a caller wrote into the other, so an installation names the
 * one that counts.
 */
public enum ProxyHeader {
    X_FORWARDED_FOR("X-Forwarded-For") {
        @Override
        List<String> hops(String value) {
            return List.of(value.split(",", -1));
        }
    },
    /** RFC 7239. */
    FORWARDED("Forwarded") {
        @Override
        List<String> hops(String value) {
            return forwarded(value);
        }
    };

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern PAIR = Pattern.compile(
            "[ \t]*(?<name>" + TOKEN + ")=(?:(?<token>" + TOKEN + ")|\"(?<quoted>[^\"\\\\]*)\")[ \t]*(?<end>[;,]|$)");
    private static final Pattern NODE =
            Pattern.compile("(?<v4>[0-9.]+)(?::[0-9]{1,5})?|\\[(?<v6>[0-9A-Fa-f:.]+)](?::[0-9]{1,5})?");

    private final String headerName;

    ProxyHeader(String headerName) {
        this.headerName = headerName;
    }

    String headerName() {
        return headerName;
    }

    /** As settings write it. */
    public static Optional<ProxyHeader> parse(String text) {
        for (ProxyHeader header : values()) {
            if (header.headerName.equalsIgnoreCase(text)) {
                return Optional.of(header);
            }
        }
        return Optional.empty();
    }

    /** What each hop says of the one before it, the nearest last; something that is no address where it names none. */
    abstract List<String> hops(String value);

    private static List<String> forwarded(String value) {
        List<String> hops = new ArrayList<>();
        Matcher pair = PAIR.matcher(value);
        String node = "";
        int at = 0;
        while (at < value.length() || hops.isEmpty()) {
            if (!pair.find(at) || pair.start() != at) {
                // What cannot be read to its end says nothing of who is nearest.
                return List.of("");
            }
            if (pair.group("name").equalsIgnoreCase("for")) {
                node = address(pair.group("token") == null ? pair.group("quoted") : pair.group("token"));
            }
            at = pair.end();
            if (!pair.group("end").equals(";")) {
                hops.add(node);
                node = "";
            } else if (at == value.length()) {
                return List.of("");
            }
            if (pair.group("end").equals(",") && at == value.length()) {
                return List.of("");
            }
        }
        return hops;
    }

    /** Without its port; names that hide something are no addresses. */
    private static String address(String node) {
        Matcher matcher = NODE.matcher(node);
        if (!matcher.matches()) {
            return "";
        }
        return matcher.group("v4") == null ? matcher.group("v6") : matcher.group("v4");
    }
}
