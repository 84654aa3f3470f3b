package ai.scailabs.vault.credentials.connector;

import ai.scailabs.vault.credentials.connector.SqlTemplate.Hole;
import ai.scailabs.vault.credentials.connector.SqlTemplate.Marks;
import ai.scailabs.vault.credentials.connector.SqlTemplate.Piece;
import ai.scailabs.vault.credentials.connector.SqlTemplate.Text;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads statements as their server does: where a text, a comment and a statement end. Whatever has two meanings is refused, as are placeholders wherever a quoted value
 * would not be one: within a longer text, a comment, a body between dollars.
 */
final class SqlScanner {
    private static final String OPEN = "{{";
    private static final Pattern DOLLARS = Pattern.compile("\\$(?:[A-Za-z_][A-Za-z0-9_]*)?\\$");
    private static final Pattern AFTER_PASSWORD =
            Pattern.compile("(?:^|.*[^A-Za-z0-9_$])PASSWORD\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final SqlDialect dialect;
    private final String field;
    private final String text;
    private final Set<Placeholder> known;
    private final List<SqlTemplate> templates = new ArrayList<>();
    private List<Piece> pieces = new ArrayList<>();
    private final StringBuilder sql = new StringBuilder();
    private int at;

    SqlScanner(SqlDialect dialect, String field, String text, Set<Placeholder> known) {
        this.dialect = dialect;
        this.field = field;
        this.text = text;
        this.known = known;
    }

    /** One for each statement; semicolons separate them. */
    List<SqlTemplate> templates() {
        if (text.indexOf('\0') >= 0) {
            throw invalid(text.indexOf('\0'), "has a character that no statement has");
        }
        while (at < text.length()) {
            step();
        }
        endStatement();
        if (templates.isEmpty()) {
            throw VaultException.invalidField(field, "must be a statement");
        }
        return templates;
    }

    private void step() {
        char c = text.charAt(at);
        if (text.startsWith(OPEN, at)) {
            bare();
        } else if (text.startsWith("}}", at)) {
            throw invalid(at, "ends a placeholder that does not begin");
        } else if (c == '\'' || c == '"' || (c == '`' && dialect == SqlDialect.MYSQL)) {
            quoted(c);
        } else if (startsLineComment()) {
            lineComment();
        } else if (text.startsWith("/*", at)) {
            blockComment();
        } else if (c == '$' && dialect == SqlDialect.POSTGRESQL && !isOfWord(before(at))) {
            dollars();
        } else if (c == ';') {
            endStatement();
            at++;
        } else {
            sql.append(c);
            at++;
        }
    }

    private void bare() {
        Placeholder placeholder = placeholder(at);
        int end = at + placeholder.text().length();
        if (touches(before(at)) || touches(after(end))) {
            throw invalid(at, "has a placeholder that touches a word or a text");
        }
        requireNoTextBefore();
        hole(placeholder, Marks.NONE);
        at = end;
    }

    private Placeholder placeholder(int place) {
        Optional<Placeholder> found = Placeholder.at(text, place).filter(known::contains);
        return found.orElseThrow(() -> invalid(place, "has a placeholder that there is not for these statements"));
    }

    private void quoted(char mark) {
        if (mark == '\'') {
            requireNoTextBefore();
        }
        int end = closing(mark);
        String inside = text.substring(at + 1, end - 1);
        if (inside.contains(OPEN)) {
            holeInMarks(mark, inside, end);
        } else {
            sql.append(text, at, end);
        }
        at = end;
    }

    private void holeInMarks(char mark, String inside, int end) {
        int open = at + 1 + inside.indexOf(OPEN);
        Placeholder placeholder = placeholder(open);
        if (!inside.equals(placeholder.text())) {
            throw invalid(open, "has a placeholder in the middle of a quoted text");
        }
        // E'…' and its like read backslashes, which the quoted value does not reckon with.
        if (touches(before(at)) || touches(after(end))) {
            throw invalid(open, "has a placeholder that touches a word or a text");
        }
        Marks marks = mark == '\'' ? Marks.SINGLE : mark == '"' ? Marks.DOUBLE : Marks.BACKTICK;
        boolean identifier = marks == Marks.BACKTICK || (marks == Marks.DOUBLE && dialect == SqlDialect.POSTGRESQL);
        if (identifier && placeholder != Placeholder.NAME) {
            throw invalid(open, "has a placeholder in quotes that are for names");
        }
        hole(placeholder, marks);
    }

    /** The second would be read as the first is, with backslashes that count or not. */
    private void requireNoTextBefore() {
        if (sql.toString().stripTrailing().endsWith("'")) {
            throw invalid(at, "has two quoted texts in a row");
        }
    }

    private void hole(Placeholder placeholder, Marks marks) {
        boolean afterPassword = AFTER_PASSWORD.matcher(sql).matches();
        endText();
        pieces.add(new Hole(placeholder, marks, afterPassword));
    }

    /** One past the mark that ends the quoted text that begins here. */
    private int closing(char mark) {
        boolean backslashes = dialect == SqlDialect.POSTGRESQL && mark == '\'' && isAfterE();
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && dialect == SqlDialect.MYSQL && mark != '`') {
                throw invalid(i, "has a backslash in a quoted text, whose meaning depends on the server's sql_mode");
            }
            if (c == '\\' && backslashes) {
                i++;
            } else if (c == mark && i + 1 < text.length() && text.charAt(i + 1) == mark) {
                i++;
            } else if (c == mark) {
                return i + 1;
            }
        }
        throw invalid(at, "has a quoted text that does not end");
    }

    private boolean isAfterE() {
        return (before(at) == 'E' || before(at) == 'e') && !isOfWord(before(at - 1));
    }

    private boolean startsLineComment() {
        if (dialect == SqlDialect.MYSQL) {
            boolean dashes = text.startsWith("--", at) && after(at + 2) <= ' ';
            return dashes || text.charAt(at) == '#';
        }
        return text.startsWith("--", at);
    }

    private void lineComment() {
        int end = at;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            end++;
        }
        skip(end);
    }

    private void blockComment() {
        if (dialect == SqlDialect.MYSQL && (text.startsWith("/*!", at) || text.startsWith("/*M!", at))) {
            throw invalid(at, "has a comment that some servers execute");
        }
        int depth = 0;
        int end = at;
        do {
            if (text.startsWith("/*", end) && (depth == 0 || dialect == SqlDialect.POSTGRESQL)) {
                depth++;
                end += 2;
            } else if (text.startsWith("*/", end)) {
                depth--;
                end += 2;
            } else if (end >= text.length()) {
                throw invalid(at, "has a comment that does not end");
            } else {
                end++;
            }
        } while (depth > 0);
        skip(end);
    }

    /** A comment is a space to every server. */
    private void skip(int end) {
        if (text.substring(at, end).contains(OPEN)) {
            throw invalid(at, "has a placeholder in a comment");
        }
        sql.append(' ');
        at = end;
    }

    private void dollars() {
        Matcher tag = DOLLARS.matcher(text).region(at, text.length());
        if (!tag.lookingAt()) {
            sql.append('$');
            at++;
            return;
        }
        int close = text.indexOf(tag.group(), tag.end());
        if (close < 0) {
            throw invalid(at, "has a text between dollars that does not end");
        }
        int end = close + tag.group().length();
        if (text.substring(at, end).contains(OPEN)) {
            throw invalid(at, "has a placeholder in a text between dollars");
        }
        sql.append(text, at, end);
        at = end;
    }

    private void endText() {
        if (!sql.isEmpty()) {
            pieces.add(new Text(sql.toString()));
            sql.setLength(0);
        }
    }

    private void endStatement() {
        endText();
        boolean empty = pieces.stream()
                .allMatch(piece -> piece instanceof Text only && only.sql().isBlank());
        if (!empty) {
            templates.add(new SqlTemplate(field, pieces));
        }
        pieces = new ArrayList<>();
    }

    private char before(int place) {
        return place <= 0 ? ' ' : text.charAt(place - 1);
    }

    private char after(int place) {
        return place >= text.length() ? ' ' : text.charAt(place);
    }

    private static boolean isOfWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
    }

    /** Whether what stands there would become one with a quoted value. */
    private static boolean touches(char c) {
        return isOfWord(c) || c == '\'' || c == '"' || c == '`' || c == '&' || c == '{' || c == '}' || c == '\\';
    }

    private VaultException invalid(int place, String problem) {
        return VaultException.invalidField(field, problem + " (position " + (place + 1) + ")");
    }
}
