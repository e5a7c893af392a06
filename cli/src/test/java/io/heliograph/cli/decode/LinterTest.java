package io.heliograph.cli.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LinterTest {
  @Test
  void aStreamAsItShouldBeGetsNoRemark() {
    assertThat(
            odd(
                ": hi\n\nretry: 100\n\nid: 1\nevent: a\ndata: x\ndata\ndata:y\r\n\r\nid: 2\r\r"
                    + "data: \u00e9\n\n"))
        .isEmpty();
  }

  @Test
  void fieldsThatDoNotExistAreTold() {
    assertThat(odd("data: x\n data: y\nmsg: z\nDATA: w\n\n"))
        .containsExactly(
            "line 2: there is no field ' data': the line is ignored; names have no blanks and are"
                + " in lower case",
            "line 3: there is no field 'msg': the line is ignored",
            "line 4: there is no field 'DATA': the line is ignored; names have no blanks and are in"
                + " lower case");
  }

  @Test
  void valuesThatDoNotCountAreTold() {
    assertThat(odd("retry: 3s\nretry:\nid: a\0b\ndata\n\n"))
        .containsExactly(
            "line 1: retry '3s' is ignored: not all digits",
            "line 2: retry '' is ignored: not all digits",
            "line 3: an id with a NUL is ignored");
  }

  @Test
  void aBlockThatIsNoEventIsTold() {
    assertThat(odd("\n\nevent: a\n\ndata: x\n\n"))
        .containsExactly("line 3: a block with an event field and no data is no event");
  }

  @Test
  void anEndInTheMiddleIsTold() {
    assertThat(odd("data: x\n\ndata: y\ndata: z"))
        .containsExactly(
            "line 4: the last line has no end",
            "line 3: no empty line ends the last block: it is dropped");
  }

  @Test
  void whatIsNotUtf8IsTold() {
    List<String> odd = new ArrayList<>();
    var linter = new Linter(odd::add);
    linter.read(new byte[] {'d', 'a', 't', 'a', ':', (byte) 0xe9, '\n', '\n'}, 0, 8);

    assertThat(odd).containsExactly("line 1: not UTF-8: what is wrong becomes U+FFFD");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstField() {
    assertThat(odd("\ufeffdata: x\n\n")).isEmpty();
    assertThat(odd("data: x\n\ufeffdata: x\n\n")).hasSize(1);
  }

  /** However the bytes come. */
  private static List<String> odd(String stream) {
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    List<String> whole = new ArrayList<>();
    var linter = new Linter(whole::add);
    linter.read(bytes, 0, bytes.length);
    linter.end();
    List<String> single = new ArrayList<>();
    linter = new Linter(single::add);
    for (byte b : bytes) {
      linter.read(new byte[] {b}, 0, 1);
    }
    linter.end();
    assertThat(single).isEqualTo(whole);
    return whole;
  }
}
