package dev.matview.operator.api;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceDocTest {
    @Test
    void theCommittedReferenceIsTheOneThatTheDefinitionSays() throws IOException {
        new CommittedFile(Path.of("docs", "reference.md"), "make docs")
                .mustBe(new ReferenceDoc(GeneratedDefinition.generate()).text());
    }
}
