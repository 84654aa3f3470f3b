package ai.scailabs.vault.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One run of the command and what came of it. */
record Run(int exitCode, JsonNode report, String told) {
    /** Fails when anything of an entry is shown, whatever else comes of it. */
    static Run of(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> texts = new ArrayList<>();
        for (Object argument : arguments) {
            texts.add(argument.toString());
        }
        int code = VerifyCommand.run(
                texts,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        String line = out.toString(StandardCharsets.UTF_8);
        String told = err.toString(StandardCharsets.UTF_8);
        assertThat(line + told).doesNotContain(TestLog.MARK);
        assertThat(line.lines().count()).isLessThanOrEqualTo(1);
        assertThat(told).isNotEmpty();
        return new Run(code, JsonMapper.shared().readTree(line.isEmpty() ? "{}" : line), told);
    }

    static Run on(TestLog log, Path export, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("--key", log.key.line(), "--export", export));
        arguments.addAll(List.of(more));
        return of(arguments.toArray());
    }

    Run verified() {
        assertThat(exitCode).as(told).isZero();
        assertThat(text("result")).isEqualTo("verified");
        return this;
    }

    Run found(Finding finding) {
        assertThat(text("finding")).as(told).isEqualTo(finding.code());
        assertThat(exitCode).isEqualTo(finding.exitCode()).isNotZero();
        assertThat(text("result")).isEqualTo(finding == Finding.UNDECIDED ? "undecided" : "failed");
        assertThat(told).contains(finding.code());
        return this;
    }

    Run at(String file, long line, long index) {
        assertThat(text("file")).as(told).isEqualTo(file);
        assertThat(report.path("line").asLong(-1)).as(told).isEqualTo(line);
        return at(index);
    }

    Run at(long index) {
        assertThat(report.path("index").asLong(-1)).as(told).isEqualTo(index);
        return this;
    }

    Run until(long endIndex) {
        assertThat(report.path("end_index").asLong(-1)).as(told).isEqualTo(endIndex);
        return this;
    }

    Run in(String file) {
        assertThat(text("file")).as(told).endsWith(file);
        return this;
    }

    String text(String member) {
        return report.path(member).asString("");
    }
}
