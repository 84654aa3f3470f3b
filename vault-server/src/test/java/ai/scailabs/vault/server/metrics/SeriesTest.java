package ai.scailabs.vault.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.server.ApiClient;
import ai.scailabs.vault.server.RunningServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Series that dashboards of others name, which are there before anything has happened. */
class SeriesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "scaivault_secret_rotations_total{status=\"success\"}",
                "scaivault_secret_rotations_total{status=\"failed\"}",
                "scaivault_rotation_queue_depth",
                "scaivault_webhook_queue_depth",
                "scaivault_db_latency_seconds_count",
                "scaivault_db_pool_size"
            })
    void series_isShown(String series) {
        ApiClient owner = RunningServer.shared().owner("series");
        assertThat(owner.get("/v1/metrics").expect(200).body()).contains("\n" + series + " ");
    }

    @Test
    void encryption_saysHowTheKeyIs() {
        assertThat(RunningServer.shared()
                        .owner("series")
                        .get("/v1/health/detailed")
                        .expect(200)
                        .json()
                        .at("/checks/encryption/key_status")
                        .stringValue())
                .isEqualTo("active");
    }
}
