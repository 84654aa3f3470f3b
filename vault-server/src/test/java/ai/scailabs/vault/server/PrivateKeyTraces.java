package ai.scailabs.vault.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Where a private key of P-256 might have left traces: in the log, at a level that tells nearly all; in what was answered; in any row. Listens until it is closed. */
final class PrivateKeyTraces extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private static final int SCALAR = 32;

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final StringBuilder answers = new StringBuilder();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level before = root.getLevel();

    PrivateKeyTraces() {
        setContext(root.getLoggerContext());
        start();
        root.addAppender(this);
        root.setLevel(Level.DEBUG);
    }

    void answered(Object... parts) {
        Arrays.stream(parts).forEach(answers::append);
    }

    /** @param part of a line of the log */
    void assertTold(String part) {
        assertThat(lines).anyMatch(line -> line.contains(part));
    }

    /**
     * @param secret the scalar
     * @param rows of {@link #rows}
     */
    void assertNone(byte[] secret, String rows, String... others) {
        assertThat(secret).hasSize(SCALAR);
        assertThat(lines).as("the log was listened to").isNotEmpty();
        List<String> forms = forms(secret);
        forms.addAll(List.of(others));
        for (String form : forms) {
            assertThat(answers.indexOf(form)).as("a key in an answer").isNegative();
            assertThat(rows.indexOf(form)).as("a key in a row").isNegative();
            assertThat(lines.stream().filter(line -> line.contains(form)).count())
                    .as("lines of the log with a key")
                    .isZero();
        }
    }

    /** Every row of every table, as text. */
    static String rows(Sql superuser, String known) {
        StringBuilder all = new StringBuilder();
        for (Map<String, Object> table : superuser.rows(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')")) {
            superuser
                    .rows("select t::text from " + table.values().iterator().next() + " t")
                    .forEach(row -> all.append(row.values()).append('\n'));
        }
        assertThat(all).contains(known);
        return all.toString();
    }

    /** As somebody might have written it: in hexadecimal, in base64 at any offset, as a list of numbers. */
    private static List<String> forms(byte[] secret) {
        List<String> forms = new ArrayList<>();
        forms.add(HexFormat.of().formatHex(secret));
        forms.add(HexFormat.of().withUpperCase().formatHex(secret));
        forms.add(Arrays.toString(secret).replaceAll("[\\[\\]]", ""));
        for (int offset = 0; offset < 3; offset++) {
            String base64 = Base64.getEncoder().encodeToString(Arrays.copyOfRange(secret, offset, offset + 27));
            forms.add(base64);
            forms.add(base64.replace('+', '-').replace('/', '_'));
        }
        return forms;
    }

    @Override
    public void close() {
        root.setLevel(before);
        root.detachAppender(this);
        stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage()
                + (event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy())));
    }
}
