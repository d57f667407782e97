// What the two forms of the phone do differently: everything else is the same.

/** How somebody proved to be the person that WeChat knows. */
export type Proof = { by: 'wechat' | 'official'; code: string }

/** A place in degrees, rounded to a hundredth: about a kilometre, enough to find a community and no more. */
export interface Whereabouts {
  latitude: number
  longitude: number
}

export const roughly = (at: Whereabouts): Whereabouts => ({ latitude: Math.round(at.latitude * 100) / 100, longitude: Math.round(at.longitude * 100) / 100 })

export interface Platform {
  /** Which form this is. */
  readonly form: 'mini' | 'h5'
  /** Whether WeChat can say here who somebody is: not in a browser of its own. */
  readonly insideWeChat: boolean
  /** Prefix of everything that is kept on the phone. */
  readonly drawer: string
  /**
   * Asks WeChat who this is. On H5 the page may be left for WeChat's and come back:
   * then the promise never ends. Undefined when WeChat cannot be asked here.
   */
  prove(): Promise<Proof | undefined>
  /** The proof with which somebody came back to this page; each is given once. */
  returned(): Proof | undefined
  /** Whether one-time notices can be asked for by a tap here. */
  readonly canSubscribe: boolean
  /** Asks for one-time notices, at most three; gives those that were allowed. Must be called in a tap. */
  subscribe(templateIds: string[]): Promise<string[]>
  /** Whether the phone number can be asked of WeChat by a button. */
  readonly phoneButton: boolean
  /** Keeps a picked picture over the end of the program, and says under which name. */
  keep(path: string): Promise<string>
  /** A path by which a kept picture can be shown and sent; undefined when it is gone. */
  open(kept: string): Promise<string | undefined>
  /** Forgets a kept picture. */
  drop(kept: string): Promise<void>
  /** Fetches a file of the person's own; gives where it is on the phone. Throws a Problem. */
  fetchFile(path: string, token: string): Promise<string>
  /** Hands a fetched file to the person: saved, or sent to a chat of theirs. Must be called in a tap. */
  handFile(at: string, name: string): Promise<void>
  /** Takes what this page was opened with out of the address, where there is one: secrets stay in no history and go to nobody. */
  forgetQuery(): void
  /** Reads a code with the camera; undefined where that is WeChat's own business. */
  scan?: () => Promise<string>
  /** Roughly where the phone is, when the person allows it. Throws a Problem that says what else to do. */
  whereabouts(): Promise<Whereabouts>
  /** The scene of the code by which the program was opened. */
  sceneOf(query: Record<string, string | undefined> | undefined): string
}
