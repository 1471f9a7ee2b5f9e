/** A socket whose other end is the test. */
export class FakeSocket {
  static OPEN = 1;
  static all: FakeSocket[] = [];
  static newest = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;
  readyState = 1;
  said: unknown[] = [];
  isClosed = false;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((closed: { code: number }) => void) | null = null;
  readonly query: URLSearchParams;

  constructor(address: string) {
    this.query = new URL(address).searchParams;
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.said.push(JSON.parse(text));
  }
  close() {
    this.isClosed = true;
  }
  tells(...messages: object[]) {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
  greets(last: number, resumed = false, epoch = "e") {
    this.tells({ type: "hello", last, epoch, resumed });
  }
  closes(code: number) {
    this.onclose?.({ code });
  }
}
